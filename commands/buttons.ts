import { parseHandoffName } from '../src/incidents/handoff.ts'
import { incidentName, parseIncidentName } from '../src/incidents/incident.ts'
import { parseReminderName, SNOOZES_MIN } from '../src/incidents/reminder.ts'
import { type Change, parseChangeName } from '../src/operations/change.ts'
import type { Ballot } from '../src/operations/vote.ts'
import { parseRecoveryName } from '../src/recovery/standing.ts'
import { decisionModal, glassModal } from '../templates/decision-modals.ts'
import type { Modal } from '../templates/message.ts'
import { person, prose, when } from '../templates/text.ts'
import { type Answer, type Gesture, nothing, refuse, say } from './command.ts'
import type { Desk } from './desk.ts'
import { refuseUnlessMember } from './members.ts'
import { answerDecision, answerRequest } from './ops/answers.ts'
import { answerEnded } from './ops/recover.ts'
import { seenIn, spoilt } from './seen.ts'

type Press = (value: string, gesture: Gesture, desk: Desk) => Promise<Answer>

/** Every button by its action_id. */
export const buttons: Record<string, Press> = {
  'change.approve': (value, gesture, desk) => decide('approve', value, gesture, desk),
  'change.reject': (value, gesture, desk) => decide('reject', value, gesture, desk),
  'change.confirm': onChange(async ({ id }, gesture, { engine }) =>
    answerDecision(await engine.confirm({ ...gesture, change: id })),
  ),
  // Slack asked “are you sure” already: that is the confirmation.
  'change.undo': onChange(async ({ id }, gesture, { engine }) =>
    answerRequest(await engine.undo({ ...gesture, change: id, confirmed: true }), gesture),
  ),
  'change.replan': onChange(async ({ id }, gesture, { engine }) =>
    answerRequest(await engine.replan({ ...gesture, change: id }), gesture),
  ),
  'change.looking': onChange(async ({ id }, gesture, { engine }) =>
    answerDecision(await engine.looking({ ...gesture, change: id })),
  ),
  'change.ask_again': onChange(async ({ id }, gesture, { engine }) =>
    answerDecision(await engine.askAgain({ ...gesture, change: id })),
  ),
  'change.comment': form(decisionModal),
  'change.break_glass': form(glassModal),
  'change.look_again': onChange(async ({ id }, gesture, { engine }) => {
    const result = await engine.lookAgain({ ...gesture, change: id })
    const still = result.kind === 'done' && (await engine.change(gesture, id))?.state === 'unknown'
    return still
      ? say('It still can’t be told whether it was applied; what was seen is in the timeline.')
      : answerDecision(result)
  }),
  'operations.release': async (_, gesture, { engine }) => {
    const result = await engine.release(gesture)
    return result.kind === 'done' ? nothing : refuse(`Nothing was released: ${prose(result.reason, 800)}.`)
  },
  'change.mark_applied': onChange(async ({ id }, gesture, { engine }) =>
    answerDecision(await engine.mark({ ...gesture, change: id, as: 'applied' })),
  ),
  'change.mark_failed': onChange(async ({ id }, gesture, { engine }) =>
    answerDecision(await engine.mark({ ...gesture, change: id, as: 'failed' })),
  ),
  'handoff.accept': onHandoff('accepted'),
  'handoff.decline': onHandoff('declined'),
  'task.done': async (value, gesture, { incidents }) => {
    if (!TASK.test(value)) return spoilt
    const result = await incidents.settleTask(gesture, Number(value))
    if (result.kind === 'done') return nothing
    if (result.kind === 'refused') return refuse(`Nothing changed: ${prose(result.reason, 800)}.`)
    const { settled } = result.task
    const by = settled && ` by ${settled.by === gesture.person.id ? 'you' : person(settled.by)} ${when(settled.at)}`
    return refuse(`Nothing changed: that was settled already${by ?? ''}.`)
  },
  'reminder.snooze': async (value, gesture, { incidents }) => {
    const [name = '', minutes = ''] = value.split(' ')
    const id = parseReminderName(name)
    if (id === null || !SNOOZES_MIN.some((known) => String(known) === minutes)) return spoilt
    const result = await incidents.snooze(gesture, id, Number(minutes))
    return result.kind === 'done' ? nothing : refuse(`Nothing was snoozed: ${prose(result.reason, 800)}.`)
  },
  'recovery.end': async (value, gesture, { endRecovery }) => {
    const recovery = parseRecoveryName(value)
    return recovery === null ? spoilt : answerEnded(await endRecovery({ ...gesture, recovery }))
  },
}

async function decide(decision: Ballot['decision'], value: string, gesture: Gesture, desk: Desk): Promise<Answer> {
  const seen = seenIn(value)
  if (!seen) return spoilt
  return answerDecision(await desk.engine.vote({ ...gesture, ...seen, decision }))
}

function onChange(act: (change: Change, gesture: Gesture, desk: Desk) => Promise<Answer>): Press {
  return async (value, gesture, desk) => {
    const id = parseChangeName(value)
    const change = id === null ? null : await desk.engine.change(gesture, id)
    return change ? await act(change, gesture, desk) : spoilt
  }
}

function onHandoff(as: 'accepted' | 'declined'): Press {
  return async (value, gesture, { incidents }) => {
    const id = parseHandoffName(value)
    if (id === null) return spoilt
    const result = await incidents.answer(gesture, id, as)
    return result.kind === 'done' ? nothing : refuse(`Nothing changed: ${prose(result.reason, 800)}.`)
  }
}

/** A form shows the plan. */
function form(modal: (change: Change) => Modal): Press {
  return onChange(async (change, gesture) => refuseUnlessMember(gesture) ?? { kind: 'modal', modal: modal(change) })
}

const TASK = /^[1-9]\d{0,8}$/

/** The incident that a card's button names. */
export function incidentOf(value: string): string | null {
  const id = parseIncidentName(value)
  return id === null ? null : incidentName(id)
}
