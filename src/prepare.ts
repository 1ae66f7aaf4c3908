import { operations } from '../commands/ops/index.ts'
import { connectKubernetes } from './adapters/kubernetes/adapter.ts'
import { KubernetesError } from './adapters/kubernetes/port.ts'
import type { Config } from './config/config.ts'
import { ConfigError, type Problem, suggest } from './config/problems.ts'
import type { Target } from './operations/catalogue.ts'
import { ACTS } from './operations/rights.ts'
import type { Redactor } from './redaction/redactor.ts'

/** What the file alone can't tell: whether its policy speaks of operations that exist, and its targets can be connected. */
export function prepare(config: Config, file: string, redact: Redactor): { connected: Target[] } {
  checkPolicy(config, file)
  return { connected: connectTargets(config, file, redact) }
}

function connectTargets(config: Config, file: string, { lines }: Redactor): Target[] {
  const problems: Problem[] = []
  const targets = Object.values(config.targets).flatMap(({ kind, name, environment, ...place }) => {
    try {
      return [{ kind, name, environment, port: connectKubernetes({ ...place, redactLines: lines }) }]
    } catch (error) {
      if (!(error instanceof KubernetesError)) throw error
      problems.push({ file, line: null, column: null, key: `targets.${name}`, message: error.message })
      return []
    }
  })
  if (problems.length > 0) throw new ConfigError(problems)
  return targets
}

/** A misspelt operation in a deny line, or one that is narrowed by what it hasn't, would forbid nothing: better not to start. */
function checkPolicy({ policy }: Config, file: string): void {
  const problems = policy.flatMap((rule) =>
    rule.operations.flatMap((name) => {
      const message = whyPointless(name, rule)
      return message === null ? [] : [{ file, line: rule.line, column: null, key: 'policy', message }]
    }),
  )
  if (problems.length > 0) throw new ConfigError(problems)
}

const KNOWN = [...operations.map(({ name }) => name), 'undo', ...ACTS, '*']

function whyPointless(name: string, rule: Config['policy'][number]): string | null {
  if (!KNOWN.includes(name)) return `there is no operation "${name}"; ${suggest(name, KNOWN)}`
  // Breaking the glass is for a change, and so for what that is about.
  if (name === 'break-glass' || !(ACTS as readonly string[]).includes(name)) return null
  const narrowed = (['services', 'environments', 'tiers'] as const).find(
    (key) => !(rule[key] as string[]).includes('*'),
  )
  return narrowed
    ? `"${name}" is done to Firebreak itself, which has no ${narrowed}: give it a line of its own without them`
    : null
}
