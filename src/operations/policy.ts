/** A line of the policy: whom it lets (or forbids) do what, where. `*` matches everything. */
export interface Rule {
  effect: 'allow' | 'deny'
  roles: string[]
  operations: string[]
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
  environment: string
  /** Outside an incident there is none. */
  severity: string | null
  tier: string
}

export interface Ruling {
  allowed: boolean
  /** The rules that decided, by their text: a plan's hash holds them, and must not change when lines only move. */
  rules: string[]
  reason: string
}

const covers = (patterns: string[], value: string): boolean => patterns.includes('*') || patterns.includes(value)

/** Outside an incident a severity that forbids still does: it must not be a way round it. One that allows doesn't. */
const coversSeverity = ({ effect, severities }: Rule, severity: string | null): boolean =>
  severity === null ? effect === 'deny' || severities.includes('*') : covers(severities, severity)

const matches = (rule: Rule, q: Question): boolean =>
  rule.roles.some((role) => q.roles.includes(role)) &&
  covers(rule.operations, q.operation) &&
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

function ruleOn(policy: Rule[], question: Question): Ruling {
  const matching = policy.filter((rule) => matches(rule, question))
  const texts = (rules: Rule[]) => rules.map((rule) => rule.text)
  const cite = (rule: Rule) => `line ${rule.line}: ${rule.text}`
  const what = `${question.operation} (${question.tier}) in ${question.environment}`
  const denies = matching.filter((rule) => rule.effect === 'deny')
  if (denies.length > 0) {
    return { allowed: false, rules: texts(denies), reason: `policy forbids ${what}: ${denies.map(cite).join('; ')}` }
  }
  const allows = matching.filter((rule) => rule.effect === 'allow')
  if (allows.length > 0) return { allowed: true, rules: texts(allows), reason: `policy allows ${what}` }
  const held = question.roles.length > 0 ? `your roles (${question.roles.join(', ')})` : 'you: you hold no role'
  return { allowed: false, rules: [], reason: `no policy line allows ${what} for ${held}` }
}
