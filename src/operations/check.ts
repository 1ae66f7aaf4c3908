import type { Held as Roles } from '../identity/roles.ts'
import { IdentityUnavailable } from '../identity/roles.ts'
import { readIncident } from '../incidents/store.ts'
import { approvalFor, whatIsMissing } from './approval.ts'
import type { Change, Vote } from './change.ts'
import type { Context } from './context.ts'
import type { ChangeOperation } from './operation.ts'
import { ruleOnAct } from './rights.ts'
import { whyForbidden, whyNotAllowed } from './ruling.ts'

/**
 * Everything that was true when it was approved has to be true when it runs: the operation's version, the requester's
 * right, the approvers' roles. Returns what isn't any more, or null.
 */
export async function whyNotExecutable(
  context: Context,
  change: Change,
  operation: ChangeOperation,
): Promise<string | null> {
  if (operation.version !== change.version) return `${operation.name} was changed by a new release since it was planned`
  try {
    const requester = await context.identity.person(change.requester)
    const held = await rolesById(context, change, whoCounts(change))
    const denial = await whyNotHad(context, change, rolesIn(held)(change.requester))
    if (denial) return `${requester.name} may not do this any more: ${denial}`
    const missing = await whatItLacks(context, change, rolesIn(held))
    return missing && `an approver lost the role since: it lacks ${missing}`
  } catch (error) {
    if (error instanceof IdentityUnavailable) return error.message
    throw error
  }
}

type Known = Pick<Context, 'db' | 'rules' | 'identity' | 'operations'>

/** Why its requester, holding these roles, may not have what this change does; null when they may. */
export const whyNotHad = (context: Known, change: Change, roles: string[]): Promise<string | null> =>
  ruled(context, change, roles, whyNotAllowed)

/** Why somebody, holding these roles, may not say what became of it: whoever may ask for such a change may. */
export const whyNotSaid = (context: Known, change: Change, roles: string[]): Promise<string | null> =>
  ruled(context, change, roles, whyForbidden)

async function ruled(
  context: Known,
  change: Change,
  roles: string[],
  why: typeof whyNotAllowed,
): Promise<string | null> {
  const operation = context.operations.find(({ name }) => name === change.operation) as ChangeOperation | undefined
  if (!operation) return `${change.operation} is no operation of this release`
  const incident = change.incident === null ? null : await readIncident(context.db, change.incident)
  return why(context, change, operation, { roles, incident })
}

/** What the votes so far still lack, given what roles people hold (by their id); null when they are enough. */
export async function whatItLacks(
  { db, rules }: Pick<Context, 'db' | 'rules'>,
  { plan, votes, service, environment, incident: id }: Change,
  rolesOf: (id: string) => string[],
): Promise<string | null> {
  const { policy, approvals, services } = rules()
  const glass = votes.find(({ decision }) => decision === 'break_glass')
  if (glass) {
    const incident = id === null ? null : await readIncident(db, id)
    const about = { severity: incident?.severity ?? null, service, environment, tier: plan.tier }
    const { allowed, reason } = ruleOnAct(policy, 'break-glass', rolesOf(glass.person), about)
    return allowed ? null : `the right to break the glass: ${reason}`
  }
  const owners = services[service]?.owners ?? []
  return whatIsMissing(plan.tier, approvalFor(approvals, plan.tier), owners, approversOf(votes).map(rolesOf))
}

const approversOf = (votes: Vote[]): string[] =>
  votes.filter(({ decision }) => decision === 'approve').map(({ person }) => person)

/** Whose roles decide whether a change may run. */
export const whoCounts = ({ requester, votes }: Change): string[] => [
  requester,
  ...votes.filter(({ decision }) => decision !== 'reject').map(({ person }) => person),
]

/**
 * The roles that these people hold with regard to a change, by their id: whoever asked for it or voted was on call when
 * they did, and whoever was asked stands in for who is. Rejects with `IdentityUnavailable`.
 */
export async function rolesById({ identity }: Context, change: Change, ids: string[]): Promise<Map<string, Roles>> {
  const held = await Promise.all(
    ids.map(async (id) => {
      const vote = change.votes.find(({ person }) => person === id)
      const at = vote?.at ?? (id === change.requester ? askedAt(change) : undefined)
      const standsIn = change.asks.some(({ person }) => person === id)
      return [id, await identity.rolesOf(await identity.person(id), { ...(at && { at }), standsIn })] as const
    }),
  )
  return new Map(held)
}

/** Whose turn it was then counts for what was asked for in it. */
export const askedAt = ({ plan }: Change): Date => new Date(plan.at)

export const rolesIn =
  (held: Map<string, Roles>) =>
  (id: string): string[] =>
    held.get(id)?.roles ?? []
