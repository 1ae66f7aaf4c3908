/** A line of the policy: whom it lets (or forbids) do what, where. `*` matches everything. */
export interface Rule {
  effect: 'allow' | 'deny'
  roles: string[]
  operations: string[]
  services: string[]
  environments: string[]
  severities: string[]
  tiers: string[]
  /** Its line in the configuration file. */
  line: number
  /** As people read it. */
  text: string
}

export interface Question {
  roles: string[]
  operation: string
  /** It takes another change back: then it has to be allowed as an `undo` too. */
  undoes: boolean
  /** What is done to Firebreak itself is about none, and has neither environment nor tier. */
  service: string | null
  environment: string | null
  /** Outside an incident there is none. */
  severity: string | null
  tier: string | null
}

export interface Ruling {
  allowed: boolean
  /** The rules that decided, by their text: a plan's hash holds them, and must not change when lines only move. */
  rules: string[]
  /** The role that the allowing line speaks of. */
  role: string | null
  reason: string
}

const covers = (patterns: string[], value: string | null): boolean =>
  patterns.includes('*') || (value !== null && patterns.includes(value))

/** Outside an incident a severity that forbids still does: it must not be a way round it. One that allows doesn't. */
const coversSeverity = ({ effect, severities }: Rule, severity: string | null): boolean =>
  severity === null && effect === 'deny' ? true : covers(severities, severity)

const matches = (rule: Rule, q: Omit<Question, 'undoes'>): boolean =>
  rule.roles.some((role) => q.roles.includes(role)) &&
  covers(rule.operations, q.operation) &&
  covers(rule.services, q.service) &&
  covers(rule.environments, q.environment) &&
  coversSeverity(rule, q.severity) &&
  covers(rule.tiers, q.tier)

/** Deny wins; what no line allows is denied. */
export function decide(policy: Rule[], question: Question): Ruling {
  const itself = ruleOn(policy, question)
  if (!question.undoes || !itself.allowed) return itself
  const undo = ruleOn(policy, { ...question, operation: 'undo' })
  return undo.allowed ? { ...itself, rules: [...new Set([...itself.rules, ...undo.rules])] } : undo
}

/** What the lines say of one operation or act. */
export function ruleOn(policy: Rule[], question: Omit<Question, 'undoes'>): Ruling {
  const matching = policy.filter((rule) => matches(rule, question))
  const texts = (rules: Rule[]) => rules.map((rule) => rule.text)
  const cite = (rule: Rule) => `line ${rule.line}: ${rule.text}`
  const { operation, tier, environment } = question
  const what = environment === null ? operation : `${operation} (${tier}) in ${environment}`
  const denies = matching.filter((rule) => rule.effect === 'deny')
  if (denies.length > 0) {
    return {
      allowed: false,
      rules: texts(denies),
      role: null,
      reason: `policy forbids ${what}: ${denies.map(cite).join('; ')}`,
    }
  }
  const allows = matching.filter((rule) => rule.effect === 'allow')
  if (allows.length > 0) {
    const role = allows.flatMap(({ roles }) => roles).find((name) => question.roles.includes(name)) ?? null
    return {
      ...{ allowed: true, rules: texts(allows), role },
      reason: `policy allows ${what}: ${allows.map(cite).join('; ')}`,
    }
  }
  const held = question.roles.length > 0 ? `your roles (${question.roles.join(', ')})` : 'you: you hold no role'
  return { allowed: false, rules: [], role: null, reason: `no policy line allows ${what} for ${held}` }
}
