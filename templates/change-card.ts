import { incidentName } from '../src/incidents/incident.ts'
import { type Change, changeName } from '../src/operations/change.ts'
import type { State } from '../src/operations/states.ts'
import { recoveryName } from '../src/recovery/standing.ts'
import { actions, context, header, section } from './blocks.ts'
import { bodyOf, isWhole, paged } from './change-body.ts'
import { buttonsOf } from './change-buttons.ts'
import { type Needs, statusOf } from './change-status.ts'
import type { Message } from './message.ts'
import { inline, line, person, when, within } from './text.ts'

export interface ChangeContext {
  /** What the plan's tier asks for: how many other people, holding which roles. */
  needs: Needs
  /** The number of the recovery that stands: nothing runs meanwhile. Null when none does. */
  halted?: number | null
}

/** What a section holds, with some room. */
const STATUS = 2_900
/** chat.update refuses a longer text (`msg_too_long`), and every card is edited. */
const TEXT = 4_000

/** The one message of a change, edited through its life: what happens stands first, what was planned stays. */
export function changeCard(change: Change, { needs, halted = null }: ChangeContext): Message {
  const name = changeName(change.id)
  const whole = isWhole(change)
  const buttons = buttonsOf(change, whole)
  return {
    text: within(changeLines(change, { needs, halted }), TEXT),
    blocks: [
      header(`${name} · ${change.line}`),
      section(within(statusLines(change, needs, halted), STATUS)),
      ...paged(bodyOf(change)).map(section),
      context(originOf(change)),
      ...(buttons.length > 0 ? [actions(`${name}.${change.planNumber}.${change.state}`, buttons)] : []),
    ],
  }
}

/** All of it as text, uncut: what a terminal shows. */
export const changeLines = (change: Change, { needs, halted = null }: ChangeContext): string[] => [
  `*${changeName(change.id)}* ${inline(change.line)}`,
  ...statusLines(change, needs, halted),
  originOf(change),
  ...bodyOf(change),
]

function statusLines(change: Change, needs: Needs, halted: number | null): string[] {
  const { says, decided, next } = statusOf(change, needs)
  const halts = halted !== null && PENDING.has(change.state)
  const cut = change.state === 'planned' && !isWhole(change)
  return [
    ...[says, ...decided, ...undone(change)],
    ...(cut ? ['This plan is too long to be shown whole, so it can’t be approved here.'] : []),
    ...(next && !(halts && change.state !== 'planned') ? [next] : []),
    ...(halts ? [waiting(halted)] : []),
  ]
}

const PENDING = new Set<State>(['planned', 'approved', 'claimed', 'intended'])

const waiting = (recovery: number): string =>
  `⏸️ Nothing runs before somebody ends ${recoveryName(recovery)}; what was asked for before it goes stale then.`

/** The hash is what an approval binds to: enough of it to compare by eye. */
function originOf({ requester, requestedAt, incident, undoes, planNumber, planHash, plan }: Change): string {
  return [
    `Asked by ${person(requester)} ${when(requestedAt)}`,
    ...(incident === null ? [] : [incidentName(incident)]),
    ...(undoes === null ? [] : [`undoes ${changeName(undoes)}`]),
    `tier ${line(plan.tier)}`,
    `plan ${planNumber} ${inline(planHash.slice(0, 8))}`,
  ].join(' · ')
}

const undone = ({ undoneBy }: Change): string[] =>
  undoneBy.slice(-1).map(({ id, state }) => `${changeName(id)} undoes it: ${state}.`)
