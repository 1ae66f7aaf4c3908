import type { Incident } from '../incidents/incident.ts'
import type { Change } from './change.ts'
import type { Context } from './context.ts'
import { type ChangeOperation, isRead, type Operation, type Tier, type Value } from './operation.ts'
import { decide, type Ruling } from './policy.ts'
import { preapproval } from './preapproval.ts'

/** Somebody who wants an operation, there and then. */
export interface Matter {
  person: string
  roles: string[]
  operation: Operation
  args: Record<string, Value | undefined>
  service: string
  environment: string
  incident: Incident | null
  at: Date
  /** It takes a change back: one's own, and not for the second time. */
  undoing: { own: boolean } | null
}

export interface TieredRuling extends Ruling {
  tier: Tier
  /** Why the tier is lower than the operation's own, as the plan's hash holds it. */
  lowered: string | null
  /** Why it isn't. */
  notLowered: string | null
}

/** May they, how much does it take, and which lines say so. */
export function ruleFor({ rules, identity }: Pick<Context, 'rules' | 'identity'>, matter: Matter): TieredRuling {
  const { operation, args, undoing, person, roles, environment, incident, at } = matter
  const { policy, services } = rules()
  const own = isRead(operation) ? 'read' : operation.tier(args)
  // The way back is critical where the way there would be.
  const tier = undoing?.own && own !== 'critical' ? 'low' : own
  const question = {
    roles,
    operation: operation.name,
    undoes: undoing !== null,
    service: matter.service,
    environment,
    tier,
  }
  const ruling = decide(policy, { ...question, severity: incident?.severity ?? null })
  const service = services[matter.service]
  if (!ruling.allowed || isRead(operation) || !service || tier === 'low') {
    return { ...ruling, tier, lowered: null, notLowered: null }
  }
  const onCall = (schedule: string) => identity.isOnCall(person, schedule, at)
  const early = preapproval(service, operation, args, { incident, onCall })
  if ('why' in early) return { ...ruling, tier, lowered: null, notLowered: early.why }
  return { ...ruling, rules: [...ruling.rules, early.rule], tier: 'low', lowered: early.rule, notLowered: null }
}

interface Asking {
  roles: string[]
  incident: Incident | null
}

/** Why a change that was ruled on may not be had by its requester, holding these roles now; null while they may. */
export function whyNotAllowed(
  context: Pick<Context, 'rules' | 'identity'>,
  change: Change,
  operation: ChangeOperation,
  asking: Asking,
): string | null {
  const { allowed, reason, tier, notLowered } = ruleAnew(context, change, operation, asking)
  if (!allowed) return reason
  return TIERS.indexOf(tier) > TIERS.indexOf(change.plan.tier)
    ? `it isn’t approved in advance any more: ${notLowered}`
    : null
}

/** Why somebody with these roles may not ask for such a change, however much that would take; null when they may. */
export function whyForbidden(
  context: Pick<Context, 'rules' | 'identity'>,
  change: Change,
  operation: ChangeOperation,
  asking: Asking,
): string | null {
  const { allowed, reason } = ruleAnew(context, change, operation, asking)
  return allowed ? null : reason
}

function ruleAnew(
  context: Pick<Context, 'rules' | 'identity'>,
  { requester: person, args, service, environment, plan, undoes }: Change,
  operation: ChangeOperation,
  { roles, incident }: Asking,
): TieredRuling {
  const undoing = undoes === null ? null : { own: plan.tier === 'low' && !plan.lowered }
  return ruleFor(context, {
    ...{ person, roles, operation, args, service, environment, incident, at: new Date(plan.at), undoing },
  })
}

const TIERS: Tier[] = ['read', 'low', 'guarded', 'critical']
