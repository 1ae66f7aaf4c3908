import { operations } from '../commands/ops/index.ts'
import type { Config } from './config/config.ts'
import { ConfigError, suggest } from './config/problems.ts'
import { ACTS } from './operations/rights.ts'

/** A misspelt operation in a deny line, or one that is narrowed by what it hasn't, would forbid nothing: better not to start. */
export function checkPolicy({ policy }: Config, file: string): void {
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
