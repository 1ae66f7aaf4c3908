import type { Person } from '../identity/person.ts'
import type { Context } from './context.ts'
import { type Question, type Rule, type Ruling, ruleOn } from './policy.ts'
import { type Refused, refuse, whenUnidentified } from './refusal.ts'

/**
 * What people do to Firebreak itself rather than to a target. Policy names each; `*` in an allowing line doesn't mean them,
 * so that nobody gets to erase or to break the glass who was only let at all operations.
 */
export const ACTS = [
  'hold',
  'release',
  'revoke',
  'break-glass',
  'token',
  'erase',
  'evidence',
  'backup',
  'recover',
] as const

export type Act = (typeof ACTS)[number]

/** What is done to Firebreak is about no service. */
const ITSELF = { service: null, environment: null, tier: null }

/** Why somebody may not do this; null when they may. `severity` is the incident's, where there is one. */
export async function whyNotEntitled(
  { identity, rules }: Pick<Context, 'identity' | 'rules'>,
  person: Person,
  act: Act,
  severity: string | null = null,
): Promise<string | null> {
  const { roles } = await identity.rolesOf(person)
  const { allowed, reason } = ruleOnAct(rules().policy, act, roles, { ...ITSELF, severity })
  return allowed ? null : reason
}

/** What the lines say of an act, for somebody with these roles. Only breaking the glass is about a change, and so somewhere. */
export function ruleOnAct(
  policy: Rule[],
  act: Act,
  roles: string[],
  about: Pick<Question, 'service' | 'severity' | 'environment' | 'tier'>,
): Ruling {
  const named = policy.filter(({ effect, operations }) => effect === 'deny' || operations.includes(act))
  return ruleOn(named, { ...about, roles, operation: act })
}

/** The same at the act itself: a refusal goes on record. `line` is what was asked for, as it was typed. */
export async function refuseUnlessEntitled(
  context: Context,
  asked: { person: Person; cause: string; line: string },
  act: Act,
): Promise<Refused | null> {
  try {
    const reason = await whyNotEntitled(context, asked.person, act)
    return reason === null ? null : await refuse(context, asked, null, 'denied', reason)
  } catch (error) {
    return whenUnidentified(error)
  }
}
