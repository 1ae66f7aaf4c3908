import { randomUUID } from 'node:crypto'
import { asActor } from '../identity/person.ts'
import { type Incident, incidentName } from '../incidents/incident.ts'
import { GENERAL } from '../timeline/ledger.ts'
import { approvalFor } from './approval.ts'
import { type Change, changeName, type Plan } from './change.ts'
import type { Context } from './context.ts'
import { move } from './move.ts'
import { type Bound, type ChangeOperation, type Draft, PlanProblem } from './operation.ts'
import { hashPlan, isShowable, objectName, values } from './plan.ts'
import type { Following, Request, Requested, Undoing } from './request.ts'
import { insertChange, insertPlan, readChange } from './store.ts'

export interface Proposal {
  incident: Incident | null
  bound: Bound
  operation: ChangeOperation
  draft: Draft
  rules: string[]
  undoing: Undoing | undefined
  taken: Following['taken']
}

/** Stores a plan with its change, and puts it before the people who may approve it. Throws `PlanProblem`. */
export async function propose(context: Context, asked: Request, proposal: Proposal): Promise<Requested> {
  const { incident, bound, operation, draft, rules, undoing } = proposal
  const { person, args, line } = asked
  const tier = undoing?.tier ?? operation.tier(args)
  const approval = approvalFor(context.approvals, tier)
  if (tier === 'critical' && context.services[args.service]?.owners.length === 0) {
    throw new PlanProblem(
      'no_owners',
      `${line} is critical and needs an approval by an owner, and ${args.service} has no owners`,
    )
  }
  const about = {
    operation: operation.name,
    version: operation.version,
    service: bound.service,
    target: bound.target,
    environment: bound.environment,
  }
  const undoes = undoing?.change.id ?? null
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
    rules,
    nonce: randomUUID(),
    approveBy: approveBy.toISOString(),
    executeBy: executeBy.toISOString(),
  })
  if (draft.steps.length === 0) throw new PlanProblem('nothing_to_do', `${line}: there is nothing to change`)
  if (!isShowable(document(0, new Date(0), new Date(0)))) {
    throw new PlanProblem(
      'too_long',
      'the plan is too long to be shown whole, and so it can’t be approved: ask for less at once',
    )
  }
  const id = await context.ledger.transaction(asked.cause, async (tx) => {
    const chain = await tx.hold(incident ? incidentName(incident.id) : GENERAL)
    const taken = await proposal.taken?.(tx.db)
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
      undoes,
      requestedAt: chain.now,
    })
    const { document: bytes, hash } = hashPlan(document(change, approveBy, executeBy))
    await insertPlan(tx.db, { change, hash, document: bytes, tier, approveBy, executeBy, now: chain.now })
    await chain.append({
      subject: changeName(change),
      actor: asActor(person),
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
    if (undoing?.confirmed && tier === 'low') {
      const planned = (await readChange(tx.db, change)) as Change
      await move({ tx, chain, change: planned }, 'approved', asActor(person), 'confirmed by its requester')
    }
    return change
  })
  return { kind: 'planned', change: id, incident: incident?.id ?? null }
}
