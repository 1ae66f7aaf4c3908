import { asActor, type Person } from '../identity/person.ts'
import type { Held as Roles } from '../identity/roles.ts'
import { approvalFor, whyNotApprover } from './approval.ts'
import { insertVote } from './approvals/store.ts'
import { type Change, changeName, type Vote } from './change.ts'
import { rolesById, rolesIn, whatItLacks, whoCounts, whyNotHad } from './check.ts'
import type { Context } from './context.ts'
import { type Held, join, move, withChange } from './move.ts'
import { type Refused, refuseDecision, refused } from './refusal.ts'
import { readChange } from './store.ts'

/** The plan that somebody saw, and the first characters of its hash (hex): what they decide is for that and no other. */
export interface Seen {
  plan: number
  hash: string
}

export interface Ballot extends Seen {
  person: Person
  cause: string
  channel?: string
  change: number
  decision: 'approve' | 'reject'
  comment?: string | null
}

export type Decided = { kind: 'done' } | Refused

/** One person's decision on a plan. Rejecting one's own plan withdraws it; rejecting wins until it runs. */
export async function vote(context: Context, ballot: Ballot): Promise<Decided> {
  const { person, change: id, decision } = ballot
  const seen = await readChange(context.db, id)
  if (!seen) return refused('no_change', `there is no ${changeName(id)}`)
  let known = new Map([[person.id, await rolesOfVoter(context, seen, person)]])
  let unknown = decision === 'approve' ? whoCounts(seen) : []
  for (;;) {
    // Slack is asked while no chain is locked; whoever votes meanwhile is seen the next time round.
    known = new Map([...(await rolesById(context, seen, unknown)), ...known])
    const result = await cast(context, ballot, known)
    if ('kind' in result) return result
    unknown = result.unknown
  }
}

/** Whoever was asked to decide stands in for who is on call. */
export const rolesOfVoter = ({ identity }: Context, { asks }: Change, person: Person): Promise<Roles> =>
  identity.rolesOf(person, { standsIn: asks.some((ask) => ask.person === person.id) })

/** Nothing is decided while it depends on people whose roles aren't `known` (by their id): they have to be looked up. */
async function cast(
  context: Context,
  { person, cause, change: id, plan, hash, decision, comment = null }: Ballot,
  known: Map<string, Roles>,
): Promise<Decided | { unknown: string[] }> {
  return await withChange(context, id, cause, async (held) => {
    const { tx, chain, change } = held
    const actor = asActor(person)
    const overtaken = whyOvertaken(change, { plan, hash }, chain.now, decision === 'reject')
    if (overtaken) return overtaken
    if (decision === 'reject' && person.id === change.requester) {
      await move(held, 'withdrawn', actor, 'withdrawn by its requester', { finished_at: chain.now })
      return { kind: 'done' }
    }
    const { roles, asOf } = known.get(person.id) as Roles
    const approval = approvalFor(context.rules().approvals, change.plan.tier)
    const denial = whyNotApprover(change, person.id, roles, approval)
    if (denial) return await refuseDecision(held, person, decision, 'not_approver', denial)
    if (decision === 'approve') {
      const unknown = whoCounts(change).filter((who) => !known.has(who))
      if (unknown.length > 0) return { unknown }
      const lost = await whyNotHad({ ...context, db: tx.db }, change, rolesIn(known)(change.requester))
      if (lost)
        return await refuseDecision(held, person, decision, 'denied', `who asked may not have it any more: ${lost}`)
    }
    const own: Vote = { person: person.id, decision, at: chain.now, comment, rolesAsOf: asOf }
    const role = roles.find((name) => approval.approvers.includes(name)) ?? ''
    if (!(await record(held, person, own, role))) {
      return refused(
        'voted_already',
        `you voted on ${changeName(id)} already; its requester can still withdraw it with Reject`,
      )
    }
    if (decision === 'reject') {
      await refuseToRun(held, person)
      return { kind: 'done' }
    }
    const voted = { ...change, votes: [...change.votes, own] }
    if ((await whatItLacks({ ...context, db: tx.db }, voted, rolesIn(known))) === null) {
      await move(held, 'approved', actor, `approved by ${person.name}`)
    }
    return { kind: 'done' }
  })
}

/** The vote and its entry; false when this person voted on this plan already. */
export async function record(held: Held, person: Person, own: Vote, role: string): Promise<boolean> {
  const { tx, chain, change } = held
  if (!(await insertVote(tx.db, change, own))) return false
  await join(held, person)
  const { decision, comment, rolesAsOf } = own
  await chain.append({
    subject: changeName(change.id),
    actor: asActor(person),
    body: {
      ...{ type: 'change.voted', plan: change.planNumber, hash: change.planHash, decision, role, comment },
      asOf: rolesAsOf?.toISOString() ?? null,
    },
  })
  return true
}

/** Approved already, and not begun: whoever may approve can still stop it. */
async function refuseToRun(held: Held, person: Person): Promise<void> {
  const [to, says] =
    held.change.state === 'approved'
      ? (['withdrawn', `rejected by ${person.name} after it was approved`] as const)
      : (['rejected', `rejected by ${person.name}`] as const)
  await move(held, to, asActor(person), says, { finished_at: held.chain.now })
}

/** Why the click came too late, or was for something else; null when the plan still waits for it. */
export function whyOvertaken(change: Change, seen: Seen, now: Date, stops = false): Refused | null {
  const name = changeName(change.id)
  if (change.planNumber !== seen.plan || !change.planHash.startsWith(seen.hash)) {
    return refused('other_plan', `that was for another plan than the one ${name} has: nothing was decided`)
  }
  if (change.state === 'approved' && stops) return null
  if (change.state !== 'planned') {
    return refused('decided', `${name} is ${change.state} already${change.detail ? ` (${change.detail})` : ''}`)
  }
  if (change.approveBy <= now) return refused('expired', `${name} expired: plan it again`)
  return null
}
