import { type Person, whyNotMember } from '../identity/person.ts'
import { FIREBREAK } from '../timeline/entries.ts'
import { type Approval, approvalFor } from './approval.ts'
import { insertAsk } from './approvals/store.ts'
import { type Change, changeName } from './change.ts'
import type { Context } from './context.ts'
import { type Held, withChange } from './move.ts'
import type { Tier } from './operation.ts'
import { refused } from './refusal.ts'
import type { Decided } from './vote.ts'

/** More names in one message reach nobody. */
const AT_ONCE = 5
/** So long somebody who looks keeps the next one from being asked. */
export const LOOKING_MS = 180_000
/** Asked again sooner, people only get a second message. */
const AGAIN_AFTER_MS = 30_000

interface About {
  tier: Exclude<Tier, 'read'>
  approval: Approval
  owners: string[]
  service: string
  requester: string
}

/**
 * Who is asked next, besides those who were: at first as many as it takes of those on call, one of them an owner if it is
 * critical; then one after the other; when nobody of a schedule is left, the users and groups that the roles name. Ids.
 */
export function whomToAsk(
  { identity, rules }: Pick<Context, 'identity' | 'rules'>,
  { tier, approval, owners, service, requester }: About,
  at: Date,
  asked: string[] = [],
): string[] {
  if (tier === 'low') return []
  const schedule = rules().services[service]?.onCall ?? null
  const team = requester.slice(0, requester.indexOf('/') + 1)
  const left = (users: string[]) =>
    users.map((user) => `${team}${user}`).filter((id) => id !== requester && !asked.includes(id))
  const { onCall, users, groups } = identity.holders(approval.approvers, schedule, at)
  const turns = left(onCall)
  if (turns.length === 0) return [...left(users).slice(0, AT_ONCE), ...groups.filter((id) => !asked.includes(id))]
  if (asked.length > 0) return turns.slice(0, 1)
  const first = turns.slice(0, approval.needed)
  if (tier !== 'critical') return first
  const theirs = identity.holders(owners, schedule, at)
  const owning = left([...theirs.onCall, ...theirs.users])
  return first.some((id) => owning.includes(id)) ? first : [...first, ...owning.slice(0, 1)]
}

/** Puts on record who is asked; the projection mentions them. Nobody: that there is nobody left is said once, too. */
export async function ask({ tx, chain, change }: Held, people: string[]): Promise<void> {
  const round = nextRound(change)
  await insertAsk(tx.db, { change: change.id, round, people, at: chain.now })
  await chain.append({
    subject: changeName(change.id),
    actor: FIREBREAK,
    body: { type: 'change.asked', plan: change.planNumber, round, people },
  })
}

const nextRound = ({ asks }: Change): number => Math.max(-1, ...asks.map(({ round }) => round)) + 1

const aboutOf = ({ rules }: Context, { plan, service, requester }: Change): About => ({
  ...{ tier: plan.tier, approval: approvalFor(rules().approvals, plan.tier), service, requester },
  owners: rules().services[service]?.owners ?? [],
})

/** Nobody has looked: the next one in turn is asked. */
export async function askNext(context: Context, id: number): Promise<boolean> {
  return await withChange(context, id, null, async (held) => {
    const { change, chain } = held
    if (change.state !== 'planned' || !isUnheeded(context, change, chain.now)) return false
    const asked = change.asks.map(({ person }) => person)
    await ask(held, whomToAsk(context, aboutOf(context, change), chain.now, asked))
    return true
  })
}

/** Whether it is time to ask the next one: the last ask is long ago, nobody looks, and somebody is left. */
function isUnheeded({ rules }: Context, { asks, lookingSince }: Change, now: Date): boolean {
  const { afterMs } = rules().askNext
  const last = asks.at(-1)
  if (!last || last.person === '') return false
  const wait = afterMs[Math.min(last.round, afterMs.length - 1)] ?? Number.POSITIVE_INFINITY
  const since = Math.max(last.at.getTime() + wait, (lookingSince?.getTime() ?? 0) + LOOKING_MS)
  return since <= now.getTime()
}

/** Somebody doesn't want to wait: those who were asked are asked again, and the next one with them. */
export async function askAgain(
  context: Context,
  { person, cause, change: id }: { person: Person; cause: string; change: number },
): Promise<Decided> {
  const denial = whyNotMember(person)
  if (denial) return refused('not_member', denial)
  return await withChange(context, id, cause, async (held) => {
    const { change, chain } = held
    const name = changeName(id)
    if (change.state !== 'planned') return refused('decided', `${name} is ${change.state} already`)
    if (change.plan.tier === 'low') return refused('low', `${name} waits for its requester, and for nobody else`)
    const last = change.asks.at(-1)
    const ago = last ? chain.now.getTime() - last.at.getTime() : Number.POSITIVE_INFINITY
    if (ago < AGAIN_AFTER_MS) return refused('just_asked', `they were asked ${Math.round(ago / 1000)} s ago`)
    const asked = [...new Set(change.asks.map(({ person }) => person))].filter((id) => id !== '')
    const next = whomToAsk(context, aboutOf(context, change), chain.now, asked)
    if (asked.length + next.length === 0) return refused('nobody', 'the configuration names nobody who could be asked')
    await ask(held, [...asked, ...next])
    return { kind: 'done' }
  })
}
