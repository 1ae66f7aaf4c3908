import { randomUUID } from 'node:crypto'
import { asActor } from '../identity/person.ts'
import { type Incident, incidentName } from '../incidents/incident.ts'
import { takePart } from '../incidents/taking-part.ts'
import { GENERAL } from '../timeline/ledger.ts'
import { approvalFor } from './approval.ts'
import { ask, whomToAsk } from './asking.ts'
import { type Change, changeName, type Plan } from './change.ts'
import type { Context } from './context.ts'
import { insertObjects } from './locks/store.ts'
import { overlaps } from './locks.ts'
import { move } from './move.ts'
import { type Bound, type ChangeOperation, type Draft, PlanProblem, type Tier } from './operation.ts'
import { hashPlan, isShowable, isSo, objectName, objectsOf, values } from './plan.ts'
import type { Following, Request, Requested } from './request.ts'
import type { TieredRuling } from './ruling.ts'
import { insertChange, insertPlan, readChange } from './store.ts'
import { wakeIfWaiting } from './waiting.ts'

export interface Proposal {
  incident: Incident | null
  bound: Bound
  operation: ChangeOperation
  draft: Draft
  ruling: TieredRuling
  at: Date
  following: Following
}

/** Stores a plan with its change, and puts it before the people who may approve it. Throws `PlanProblem`. */
export async function propose(context: Context, asked: Request, proposal: Proposal): Promise<Requested> {
  const { incident, bound, operation, ruling, at, following } = proposal
  const { undoing, replaces } = following
  const { person, args, line } = asked
  const tier = ruling.tier as Exclude<Tier, 'read'>
  const { approvals, services } = context.rules()
  const approval = approvalFor(approvals, tier)
  const owners = services[args.service]?.owners ?? []
  if (tier === 'critical' && owners.length === 0) {
    const why = `${line} is critical and needs an approval by an owner, and ${args.service} has no owners`
    throw new PlanProblem('no_owners', why)
  }
  const objects = objectsOf(bound.target, proposal.draft.steps)
  const where = { undoes: undoing?.change.id ?? null, incident: incident?.id ?? null }
  const draft = {
    ...proposal.draft,
    warnings: [...proposal.draft.warnings, ...(await overlaps(context.db, objects, where))],
  }
  const about = {
    operation: operation.name,
    version: operation.version,
    service: bound.service,
    target: bound.target,
    environment: bound.environment,
  }
  const document = (change: number, approveBy: Date, executeBy: Date): Plan => ({
    ...draft,
    ...about,
    change: changeName(change),
    incident: incident && incidentName(incident.id),
    world: incident?.world ?? 'production',
    requester: person.id,
    args,
    undoes: undoing ? changeName(undoing.change.id) : null,
    tier,
    lowered: ruling.lowered,
    wayBack: operation.wayBack,
    rules: ruling.rules,
    at: at.toISOString(),
    nonce: randomUUID(),
    approveBy: approveBy.toISOString(),
    executeBy: executeBy.toISOString(),
  })
  // Only when it is asked for: what came to be so while it waited for its approval is applied all the same, to no effect.
  if (draft.steps.every(isSo)) {
    const found = draft.steps.map((step) => `${objectName(step)} has ${values(step.before)} already`)
    throw new PlanProblem('nothing_to_do', [`${line}: there is nothing to change`, ...found].join('; '))
  }
  if (!isShowable(document(0, new Date(0), new Date(0)))) {
    const why = 'the plan is too long to be shown whole, and so it can’t be approved: ask for less at once'
    throw new PlanProblem('too_long', why)
  }
  const first = whomToAsk(context, { tier, approval, owners, service: args.service, requester: person.id }, at)
  const id = await context.ledger.transaction(asked.cause, async (tx) => {
    const chain = await tx.hold(incident ? incidentName(incident.id) : GENERAL)
    const taken = await following.taken?.(tx.db)
    if (taken) throw new PlanProblem('taken', taken)
    const approveBy = new Date(chain.now.getTime() + approval.approveWithinMs)
    const executeBy = new Date(approveBy.getTime() + approval.executeWithinMs)
    const change = await insertChange(tx.db, {
      ...about,
      chain: chain.name,
      incident: incident?.id ?? null,
      channel: incident?.channel ?? asked.channel,
      requester: person.id,
      line,
      args,
      undoes: undoing?.change.id ?? null,
      replaces: replaces?.id ?? null,
      requestedAt: chain.now,
    })
    const { document: bytes, hash } = hashPlan(document(change, approveBy, executeBy))
    await insertPlan(tx.db, { change, hash, document: bytes, tier, approveBy, executeBy, now: chain.now })
    await insertObjects(tx.db, change, objects)
    const actor = asActor(person)
    if (incident) await takePart({ db: tx.db, chain, incident: incident.id }, person.id, { actor, at: chain.now })
    await chain.append({
      subject: changeName(change),
      actor,
      body: {
        type: 'change.planned',
        line,
        ...about,
        tier,
        plan: 1,
        hash: hash.toString('hex'),
        steps: draft.steps.map((step) => ({
          object: objectName(step),
          before: values(step.before),
          after: values(step.after),
        })),
        warnings: draft.warnings,
        undoes: undoing ? changeName(undoing.change.id) : null,
        approveBy: approveBy.toISOString(),
      },
    })
    const held = { tx, chain, change: (await readChange(tx.db, change)) as Change }
    if (tier === 'low' && undoing?.confirmed) {
      await move(held, 'approved', actor, 'confirmed by its requester')
    } else if (tier !== 'low') await ask(held, first)
    await wakeIfWaiting(context, held)
    return change
  })
  return { kind: 'planned', change: id, incident: incident?.id ?? null }
}
