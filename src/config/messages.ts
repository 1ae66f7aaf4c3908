import { z } from 'zod'
import { nearest, type Problem, suggest } from './problems.ts'
import type { Path, Source } from './source.ts'

const types: Record<string, string> = {
  string: 'text; put it in quotes',
  array: 'a list',
  object: 'a mapping (key: value)',
  record: 'a mapping (key: value)',
  int: 'a whole number',
  number: 'a number',
}

/** zod's findings in words for the person who edits the file. A schema's own message goes before these. */
export const explain: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type': {
      const right = `must be ${types[issue.expected] ?? issue.expected}`
      if (issue.input === undefined) return 'is missing'
      return issue.input === null ? `is empty; it ${right}` : right
    }
    case 'unrecognized_keys': {
      const known = issue.inst instanceof z.ZodObject ? Object.keys(issue.inst.shape) : []
      const free = known.filter((key) => !Object.hasOwn(Object(issue.input), key))
      // One line a key: zod reports the unknown keys of one map together.
      const hint = (key: string) => suggest(key, nearest(key, free) === undefined ? known : free)
      return issue.keys.map((key) => `unknown key; ${hint(key)}`).join('\n')
    }
    case 'invalid_value':
      return mustBeOneOf(issue.values, issue.input)
    case 'invalid_union': {
      if (!('options' in issue) || !Array.isArray(issue.options)) return undefined
      return mustBeOneOf(issue.options, Object(issue.input)[issue.discriminator ?? ''])
    }
    case 'too_small': {
      if (issue.origin === 'number' || issue.origin === 'int') {
        return `must be ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`
      }
      return 'must not be empty'
    }
    case 'invalid_key':
      return issue.issues[0]?.message
    default:
      return undefined
  }
}

function mustBeOneOf(right: readonly unknown[], found: unknown): string {
  const words = right.map(String)
  const rule = `must be ${words.length === 1 ? '' : 'one of '}${words.join(', ')}`
  if (found === undefined) return `is missing; it ${rule}`
  const near = typeof found === 'string' && words.length > 1 ? nearest(found, words) : undefined
  return near === undefined ? rule : `${rule}; did you mean "${near}"?`
}

/** zod's issues as problems at their lines. */
export function problemsOf(issues: z.core.$ZodIssue[], source: Source): Problem[] {
  return issues.flatMap((issue) => {
    const path = issue.path as Path
    if (issue.code === 'unrecognized_keys') {
      const messages = issue.message.split('\n')
      return issue.keys.map((key, index) => source.problem([...path, key], messages[index] ?? '', 'key'))
    }
    if (source.reported(path) || isMistyped(path, issues)) return []
    return [source.problem(path, issue.message, issue.code === 'invalid_key' ? 'key' : undefined)]
  })
}

/** A key is missing, and beside it stands an unknown one that was probably meant to be it: one mistake, not two. */
function isMistyped(missing: Path, issues: z.core.$ZodIssue[]): boolean {
  const parent = JSON.stringify(missing.slice(0, -1))
  return issues.some(
    (issue) =>
      issue.code === 'unrecognized_keys' &&
      JSON.stringify(issue.path) === parent &&
      issue.keys.some((key) => nearest(key, [String(missing.at(-1))]) !== undefined),
  )
}
