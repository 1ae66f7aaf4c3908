import { IdentityUnavailable, personOf, rolesOf } from '../identity/roles.ts'
import { readIncident } from '../incidents/store.ts'
import { approvalFor, whatIsMissing } from './approval.ts'
import type { Change, Vote } from './change.ts'
import type { Context } from './context.ts'
import type { ChangeOperation } from './operation.ts'
import { decide } from './policy.ts'

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
    const requester = await personOf(change.requester, context.directory)
    const roles = await rolesOf(requester, context.roles, context.directory)
    const denial = await whyNotAllowed(context, change, roles)
    if (denial) return `${requester.name} may not do this any more: ${denial}`
    const { tier } = change.plan
    const approvers = await rolesById(context, approversOf(change.votes))
    const owners = context.services[change.service]?.owners ?? []
    const missing = whatIsMissing(tier, approvalFor(context.approvals, tier), owners, [...approvers.values()])
    return missing && `an approver lost the role since; it lacks ${missing}`
  } catch (error) {
    if (error instanceof IdentityUnavailable) return error.message
    throw error
  }
}

/** Why policy doesn't let somebody with these roles have what this change does; null when it does. */
export async function whyNotAllowed(
  { db, policy }: Pick<Context, 'db' | 'policy'>,
  { operation, environment, incident: id, undoes, plan }: Change,
  roles: string[],
): Promise<string | null> {
  const incident = id === null ? null : await readIncident(db, id)
  const severity = incident?.severity ?? null
  const question = { roles, operation, undoes: undoes !== null, environment, severity, tier: plan.tier }
  const { allowed, reason } = decide(policy, question)
  return allowed ? null : reason
}

export const approversOf = (votes: Vote[]): string[] =>
  votes.filter(({ decision }) => decision === 'approve').map(({ person }) => person)

/** The roles that these people hold now, by their id. Throws `IdentityUnavailable`. */
export async function rolesById({ directory, roles }: Context, ids: string[]): Promise<Map<string, string[]>> {
  const held = await Promise.all(
    ids.map(async (id) => [id, await rolesOf(await personOf(id, directory), roles, directory)] as const),
  )
  return new Map(held)
}
