import { asActor } from '../identity/person.ts'
import { incidentName, isOpen } from '../incidents/incident.ts'
import { readIncident } from '../incidents/store.ts'
import { changeName, type Vote } from './change.ts'
import { rolesById, rolesIn, whyNotHad } from './check.ts'
import type { About } from './confirm.ts'
import type { Context } from './context.ts'
import { move, withChange } from './move.ts'
import type { ChangeOperation } from './operation.ts'
import { refuseDecision, refused } from './refusal.ts'
import { insertReviewItem } from './reviews/store.ts'
import { ruleOnAct } from './rights.ts'
import { readChange } from './store.ts'
import { type Decided, record, type Seen, whyOvertaken } from './vote.ts'

/**
 * One person decides alone, because nobody else answers: with a right of its own, a reason, in an open incident, and only
 * for what can be taken back. It is said loudly, and the incident's review has to answer for it.
 */
export async function breakGlass(
  context: Context,
  { person, cause, change: id, plan: number, hash, reason }: About & Seen & { reason: string },
): Promise<Decided> {
  if (reason.trim() === '') return refused('no_reason', 'breaking the glass needs a reason')
  const seen = await readChange(context.db, id)
  if (!seen) return refused('no_change', `there is no ${changeName(id)}`)
  const [{ roles, asOf }, requesters] = await Promise.all([
    context.identity.rolesOf(person),
    rolesById(context, seen, [seen.requester]),
  ])
  return await withChange(context, id, cause, async (held) => {
    const { tx, chain, change } = held
    const name = changeName(id)
    const overtaken = whyOvertaken(change, { plan: number, hash }, chain.now)
    if (overtaken) return overtaken
    const incident = change.incident === null ? null : await readIncident(tx.db, change.incident)
    const operation = context.operations.find((o) => o.name === change.operation) as ChangeOperation | undefined
    const why = (code: string, text: string) => refuseDecision(held, person, 'break the glass for', code, text)
    if (!incident || !isOpen(incident.status)) {
      return await why('no_incident', `the glass is for open incidents: ${name} belongs to none`)
    }
    if (change.plan.tier === 'low') return await why('low', `${name} only waits for its requester`)
    if (!operation || operation.wayBack === 'none') {
      return await why('irreversible', `${change.operation} can’t be taken back: it always needs another person`)
    }
    const { service, environment, plan } = change
    const where = { severity: incident.severity, service, environment, tier: plan.tier }
    const { allowed, reason: denial, role } = ruleOnAct(context.rules().policy, 'break-glass', roles, where)
    if (!allowed) return await why('denied', denial)
    const lost = await whyNotHad({ ...context, db: tx.db }, change, rolesIn(requesters)(change.requester))
    if (lost) return await why('denied', `who asked may not have it any more: ${lost}`)
    const vote: Vote = { person: person.id, decision: 'break_glass', at: chain.now, comment: reason, rolesAsOf: asOf }
    if (!(await record(held, person, vote, role ?? ''))) return refused('voted_already', `you voted on ${name} already`)
    const text = `${name} (${change.line}) ran on the word of ${person.name} alone: ${reason}`
    const about = { incident: incident.id, change: id, kind: 'break-glass', text } as const
    const item = await insertReviewItem(tx.db, { ...about, raisedBy: person.id, raisedAt: chain.now })
    await chain.append({
      subject: incidentName(incident.id),
      actor: asActor(person),
      body: { type: 'review.item_raised', item, kind: 'break-glass', text },
    })
    await move(held, 'approved', asActor(person), `the glass was broken by ${person.name}: ${reason}`)
    return { kind: 'done' }
  })
}
