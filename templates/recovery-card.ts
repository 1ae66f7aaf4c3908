import { changeName } from '../src/operations/change.ts'
import type { State } from '../src/operations/states.ts'
import { type Recovery, recoveryName } from '../src/recovery/standing.ts'
import { actions, type Button, button, header, section } from './blocks.ts'
import type { Message } from './message.ts'
import { inline, line, person, prose, when, within } from './text.ts'

export interface RecoveryContext {
  /** What would still be done about changes that were asked for before it. */
  pending: { id: number; state: State }[]
  /** What `/ops` is called here. */
  ops: string
}

/** chat.update refuses a longer text. */
const TEXT = 4_000
/** How many changes are named; the rest is counted. */
const NAMED = 30

/** Says that the ledger went back to an earlier point: what is known to be lost, what does not run, what to do. */
export function recoveryCard(recovery: Recovery, { pending, ops }: RecoveryContext): Message {
  const name = recoveryName(recovery.id)
  const { endedAt, endedBy, reason } = recovery
  const title = `${name} · ${endedAt ? 'Recovery is over' : 'Recovery: nothing that was pending runs'}`
  const facts = [`*Since ${when(recovery.beganAt)}:* ${line(reason, 600)}.`, `*Lost:* ${lostOf(recovery)}`]
  const more = endedAt
    ? [
        `*Ended* by ${person(endedBy ?? '')} ${when(endedAt)}. What had been asked for before it went stale: *Plan again* on a card asks anew.`,
      ]
    : [`*Does not run:* ${pendingOf(pending)}`, ...advice(ops)]
  return {
    text: within([`*${title}*`, ...facts, ...more], TEXT),
    blocks: [
      header(title),
      section(facts.join('\n')),
      section(more.join('\n')),
      ...(endedAt ? [] : [actions(`${name}.stands`, [endButton(name)])]),
    ],
  }
}

const endButton = (name: string): Button =>
  button({
    ...{ label: 'End recovery', action: 'recovery.end', value: name, style: 'danger' },
    confirm: {
      title: `End ${name}?`,
      text: 'What was asked for before it goes stale and has to be planned again. What was asked for since then runs once it is approved.',
      yes: 'End recovery',
      danger: true,
    },
  })

function lostOf({ lost }: Recovery): string {
  if (lost === null) return 'not known yet: the ledger has not been compared with what Slack shows.'
  return lost === '' ? 'nothing that Slack would show.' : `${prose(lost, 1_500)}.`
}

function pendingOf(pending: RecoveryContext['pending']): string {
  if (pending.length === 0) return 'nothing was pending.'
  const named = pending.slice(0, NAMED).map(({ id, state }) => `${changeName(id)} (${state})`)
  const more = pending.length > NAMED ? [`${pending.length - NAMED} more`] : []
  return `${[...named, ...more].join(', ')}.`
}

const advice = (ops: string): string[] => [
  '*What to do:* look in the threads and at the services what was done that the ledger does not know. Reads, incidents and plans work; nothing is executed.',
  'Revoked rights and holds may be among what is lost: see to them first.',
  `Then whoever policy lets ${inline('recover')} ends it, here or with ${inline(`${ops} recover`)}.`,
]
