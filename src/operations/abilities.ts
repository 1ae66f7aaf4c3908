import type { Person } from '../identity/person.ts'
import type { Context } from './context.ts'
import { isRead } from './operation.ts'
import type { Rule } from './policy.ts'
import { ACTS } from './rights.ts'

/**
 * What somebody may do somewhere, by policy's names (`scale`, `undo`, `hold`), and `approve` for whoever may approve
 * anything: help and menus show no more. Whether they may there and then is asked when they do it.
 */
export async function abilitiesOf(
  { identity, rules, operations }: Pick<Context, 'identity' | 'rules' | 'operations'>,
  person: Person,
): Promise<ReadonlySet<string>> {
  const { roles } = await identity.rolesOf(person)
  const { policy, approvals } = rules()
  const theirs = policy.filter((rule) => rule.roles.some((role) => roles.includes(role)))
  const may = (name: string, tiers: string[], any: string[]) =>
    theirs.some((rule) => rule.effect === 'allow' && covers(rule, [name, ...any], tiers)) &&
    !theirs.some((rule) => rule.effect === 'deny' && isFlat(rule) && covers(rule, [name, '*'], tiers))
  const approves = Object.values(approvals).some(({ approvers }) => approvers.some((role) => roles.includes(role)))
  return new Set([
    ...operations.filter((one) => may(one.name, isRead(one) ? ['read'] : CHANGES, ['*'])).map(({ name }) => name),
    ...(may('undo', CHANGES, ['*']) ? ['undo'] : []),
    ...ACTS.filter((act) => may(act, ['*'], [])),
    ...(approves ? ['approve'] : []),
  ])
}

const CHANGES = ['low', 'guarded', 'critical']

const covers = ({ operations, tiers }: Rule, names: string[], wanted: string[]): boolean =>
  names.some((name) => operations.includes(name)) &&
  (tiers.includes('*') || wanted.some((tier) => tiers.includes(tier)))

/** A line that forbids everywhere; one that forbids somewhere leaves the rest. */
const isFlat = ({ services, environments, severities, tiers }: Rule): boolean =>
  [services, environments, severities, tiers].every((narrowed) => narrowed.includes('*'))
