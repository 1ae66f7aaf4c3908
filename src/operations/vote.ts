import { asActor, type Person } from '../identity/person.ts'
import { rolesOf } from '../identity/roles.ts'
import { approvalFor, whatIsMissing, whyNotApprover } from './approval.ts'
import { type Change, changeName, type Vote } from './change.ts'
import { approversOf, rolesById, whyNotAllowed } from './check.ts'
import type { Context } from './context.ts'
import { move, withChange } from './move.ts'
import { type Refused, refuseDecision, refused } from './refusal.ts'
import { insertVote, readChange } from './store.ts'

export interface Ballot {
  person: Person
  cause: string
  change: number
  /** The plan that the voter saw, and the first characters of its hash (hex): a vote is for that plan and no other. */
  plan: number
  hash: string
  decision: Vote['decision']
}

export type Decided = { kind: 'done' } | Refused

/** One person's decision on a plan. Rejecting one's own plan withdraws it. */
export async function vote(context: Context, ballot: Ballot): Promise<Decided> {
  const { person, change: id, decision } = ballot
  let known = new Map([[person.id, await rolesOf(person, context.roles, context.directory)]])
  const seen = await readChange(context.db, id)
  if (!seen) return refused('no_change', `there is no ${changeName(id)}`)
  let unknown = decision === 'approve' ? whoCounts(seen) : []
  for (;;) {
    // Slack is asked while no chain is locked; whoever votes meanwhile is seen the next time round.
    known = new Map([...known, ...(await rolesById(context, unknown))])
    const result = await cast(context, ballot, known)
    if ('kind' in result) return result
    unknown = result.unknown
  }
}

/** Nothing is decided while it depends on people whose roles aren't `known` (by their id): they have to be looked up. */
async function cast(
  context: Context,
  { person, cause, change: id, plan, hash, decision }: Ballot,
  known: Map<string, string[]>,
): Promise<Decided | { unknown: string[] }> {
  return await withChange(context, id, cause, async (held) => {
    const { tx, chain, change } = held
    const { requester, planNumber, planHash, service, votes } = change
    const actor = asActor(person)
    const overtaken = whyOvertaken(change, { plan, hash }, chain.now)
    if (overtaken) return overtaken
    if (decision === 'reject' && person.id === requester) {
      await move(held, 'withdrawn', actor, 'withdrawn by its requester', { finished_at: chain.now })
      return { kind: 'done' }
    }
    const rolesHeldBy = (who: string): string[] => known.get(who) ?? []
    const roles = rolesHeldBy(person.id)
    const { tier } = change.plan
    const approval = approvalFor(context.approvals, tier)
    const denial = whyNotApprover(change, person.id, roles, approval)
    if (denial) return await refuseDecision(held, person, decision, 'not_approver', denial)
    const earlier = approversOf(votes)
    if (decision === 'approve') {
      const unknown = whoCounts(change).filter((who) => !known.has(who))
      if (unknown.length > 0) return { unknown }
      const lost = await whyNotAllowed({ db: tx.db, policy: context.policy }, change, rolesHeldBy(requester))
      if (lost)
        return await refuseDecision(held, person, decision, 'denied', `who asked may not have it any more: ${lost}`)
    }
    if (!(await insertVote(tx.db, change, { person: person.id, decision, at: chain.now }))) {
      return refused(
        'voted_already',
        `you voted on ${changeName(id)} already; its requester can still withdraw it with Reject`,
      )
    }
    const role = roles.find((name) => approval.approvers.includes(name)) ?? ''
    await chain.append({
      subject: changeName(id),
      actor,
      body: { type: 'change.voted', plan: planNumber, hash: planHash, decision, role },
    })
    if (decision === 'reject') {
      await move(held, 'rejected', actor, `rejected by ${person.name}`, { finished_at: chain.now })
      return { kind: 'done' }
    }
    const owners = context.services[service]?.owners ?? []
    if (whatIsMissing(tier, approval, owners, [...earlier, person.id].map(rolesHeldBy)) === null) {
      await move(held, 'approved', actor, `approved by ${person.name}`)
    }
    return { kind: 'done' }
  })
}

/** Whose roles decide whether one more approval is enough, besides the roles of who gives it. */
const whoCounts = ({ requester, votes }: Change): string[] => [requester, ...approversOf(votes)]

/** The requester of a `low` plan says that they mean it. */
export async function confirm(
  context: Context,
  { person, cause, change: id }: { person: Person; cause: string; change: number },
): Promise<Decided> {
  const roles = await rolesOf(person, context.roles, context.directory)
  return await withChange(context, id, cause, async (held) => {
    const { change, chain, tx } = held
    const name = changeName(id)
    if (change.plan.tier !== 'low') return refused('not_low', `${name} needs another person’s approval`)
    const refuse = (code: string, reason: string) => refuseDecision(held, person, 'confirm', code, reason)
    if (person.id !== change.requester) return await refuse('not_requester', `only who asked for ${name} can run it`)
    const overtaken = whyOvertaken(change, { plan: change.planNumber, hash: '' }, chain.now)
    if (overtaken) return overtaken
    const denial = await whyNotAllowed({ db: tx.db, policy: context.policy }, change, roles)
    if (denial) return await refuse('denied', denial)
    await move(held, 'approved', asActor(person), 'confirmed by its requester')
    return { kind: 'done' }
  })
}

/** Why the click came too late, or was for something else; null when the plan still waits for it. */
function whyOvertaken(change: Change, seen: { plan: number; hash: string }, now: Date): Refused | null {
  const name = changeName(change.id)
  if (change.planNumber !== seen.plan || !change.planHash.startsWith(seen.hash)) {
    return refused('other_plan', `that button was for another plan than the one ${name} has: nothing was decided`)
  }
  if (change.state !== 'planned') {
    return refused('decided', `${name} is ${change.state} already${change.detail ? ` (${change.detail})` : ''}`)
  }
  if (change.approveBy <= now) return refused('expired', `${name} expired: plan it again`)
  return null
}
