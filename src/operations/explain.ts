import type { Person } from '../identity/person.ts'
import { viewerOf } from '../incidents/context.ts'
import { readSeen } from '../incidents/store.ts'
import { type Approval, approvalFor } from './approval.ts'
import { whomToAsk } from './asking.ts'
import { bind } from './catalogue.ts'
import type { Context } from './context.ts'
import type { Operation, Tier, Value } from './operation.ts'
import { type Refused, refused } from './refusal.ts'
import { ruleFor } from './ruling.ts'

/** What would happen if somebody asked for an operation now, and which lines say so. Nothing is planned or recorded. */
export interface Explanation {
  kind: 'explained'
  /** A person's name. */
  who: string
  roles: string[]
  allowed: boolean
  /** With the line of the file. */
  reason: string
  tier: Tier
  /** The bounds that approve it in advance; null when they don't, and then why. */
  lowered: string | null
  notLowered: string | null
  approval: Approval | null
  owners: string[]
  /** Who would be asked first: ids of people and user groups. */
  asks: string[]
}

export async function explain(
  context: Context,
  asked: {
    /** About whom. */
    person: Person
    /** Who wants to know, and where: what they may not know of isn't looked at. */
    by: { person: Person; channel: string }
    incident: number | null
    operation: Operation
    args: Record<string, Value | undefined> & { service: string }
    environment?: string
  },
): Promise<Explanation | Refused> {
  const { person, operation, args } = asked
  const { service } = args
  const { services, approvals } = context.rules()
  const binding = bind(context.rules(), service, operation.on, asked.environment)
  if ('problem' in binding) return refused('no_target', `${service}: ${binding.problem}`)
  const { environment } = binding.bound
  const [{ roles }, incident] = await Promise.all([
    context.identity.rolesOf(person),
    asked.incident === null ? null : readSeen(context.db, viewerOf(asked.by), asked.incident),
  ])
  const at = new Date()
  const matter = { person: person.id, roles, operation, args, service, environment, incident, at, undoing: null }
  const { allowed, reason, tier, lowered, notLowered } = ruleFor(context, matter)
  const approval = tier === 'read' ? null : approvalFor(approvals, tier)
  const owners = services[service]?.owners ?? []
  const about = approval && tier !== 'read' && { tier, approval, owners, service, requester: person.id }
  const asks = allowed && about ? whomToAsk(context, about, at) : []
  return {
    ...{ kind: 'explained', who: person.name, roles, allowed, reason, tier },
    ...{ lowered, notLowered, approval, owners, asks },
  }
}
