import { z } from 'zod'
import { incidentName, parseIncidentName } from '../src/incidents/incident.ts'
import type { Vote } from '../src/operations/change.ts'
import { type Change, parseChangeName } from '../src/operations/change.ts'
import { type Answer, type Gesture, say } from './command.ts'
import type { Desk } from './desk.ts'
import { answerDecision, answerRequest } from './ops/answers.ts'

/** What Approve and Reject carry: the plan that was on the card. No authority is in it; rights are checked anew. */
const Decision = z.strictObject({
  op: z
    .int()
    .positive()
    .max(2 ** 31 - 1),
  plan: z
    .int()
    .positive()
    .max(2 ** 31 - 1),
  hash: z.string().regex(/^[0-9a-f]{16}$/),
})

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
  'change.mark_applied': onChange(async ({ id }, gesture, { engine }) =>
    answerDecision(await engine.mark({ ...gesture, change: id, as: 'applied' })),
  ),
  'change.mark_failed': onChange(async ({ id }, gesture, { engine }) =>
    answerDecision(await engine.mark({ ...gesture, change: id, as: 'failed' })),
  ),
}

/** A button whose value isn't one that we made: somebody tampered with it, or it is of a release long gone. */
export const spoilt = say('That button is not one of mine any more. Nothing was done; type the command instead.')

async function decide(decision: Vote['decision'], value: string, gesture: Gesture, desk: Desk): Promise<Answer> {
  const parsed = Decision.safeParse(parseJson(value))
  if (!parsed.success) return spoilt
  const { op, plan, hash } = parsed.data
  return answerDecision(await desk.engine.vote({ ...gesture, change: op, plan, hash, decision }))
}

function onChange(act: (change: Change, gesture: Gesture, desk: Desk) => Promise<Answer>): Press {
  return async (value, gesture, desk) => {
    const id = parseChangeName(value)
    const change = id === null ? null : await desk.engine.change(id)
    return change ? await act(change, gesture, desk) : spoilt
  }
}

/** The incident that a card's button names. */
export function incidentOf(value: string): string | null {
  const id = parseIncidentName(value)
  return id === null ? null : incidentName(id)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
