import { incidentName } from '../src/incidents/incident.ts'
import { type Change, changeName } from '../src/operations/change.ts'
import { actions, context, header, section } from './blocks.ts'
import { bodyOf, isWhole, paged } from './change-body.ts'
import { buttonsOf } from './change-buttons.ts'
import { type Needs, statusOf } from './change-status.ts'
import type { Message } from './message.ts'
import { inline, line, person, when, within } from './text.ts'

export interface ChangeContext {
  /** What the plan's tier asks for: how many other people, holding which roles. */
  needs: Needs
}

/** chat.update refuses a longer text (`msg_too_long`), and every card is edited. */
const TEXT = 4_000

/** The one message of a change, edited through its life: what happens stands first, what was planned stays. */
export function changeCard(change: Change, { needs }: ChangeContext): Message {
  const name = changeName(change.id)
  const { says, decided, next } = statusOf(change, needs)
  const whole = isWhole(change)
  const status = [
    says,
    ...decided,
    ...undone(change),
    ...(whole || change.state !== 'planned'
      ? []
      : ['This plan is too long to be shown whole, so it can’t be approved here.']),
    ...(next ? [next] : []),
  ].join('\n')
  const body = bodyOf(change)
  const origin = originOf(change)
  const buttons = buttonsOf(change, whole)
  return {
    text: within([`*${name}* ${inline(change.line)}`, status, origin, ...body], TEXT),
    blocks: [
      header(`${name} · ${change.line}`),
      section(status),
      ...paged(body).map(section),
      context(origin),
      ...(buttons.length > 0 ? [actions(`${name}.${change.planNumber}.${change.state}`, buttons)] : []),
    ],
  }
}

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
