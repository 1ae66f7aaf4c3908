import { type Problem, suggest } from './problems.ts'
import { reactions } from './reactions.ts'
import { severityNamesByDefault } from './schema.ts'
import type { Path, Source } from './source.ts'

/**
 * What one part of the file says about another. Works on the file's data before or after it passed the schema: what
 * isn't there or has the wrong shape is skipped here, so that every mistake is found in one go.
 */
export function checkReferences(source: Source): Problem[] {
  const file = source.value
  const roles = [...new Set(['everyone', ...keysAt(file, 'roles')])]
  const severities = hasKey(file, 'severities') ? textsAt(file, 'severities', '*', 'name') : severityNamesByDefault
  const references: Array<{ from: string[]; what: string; known: string[] }> = [
    { from: ['services', '*', 'target'], what: 'target', known: keysAt(file, 'targets') },
    { from: ['services', '*', 'on', '*', 'target'], what: 'target', known: keysAt(file, 'targets') },
    { from: ['services', '*', 'owners', '*'], what: 'role', known: roles },
    { from: ['services', '*', 'on_call'], what: 'schedule', known: keysAt(file, 'schedules') },
    { from: ['roles', '*', 'on_call', '*'], what: 'schedule', known: keysAt(file, 'schedules') },
    { from: ['approvals', 'ask_next', 'severities', '*'], what: 'severity', known: severities },
    { from: ['policy', '*', 'allow', '*'], what: 'role', known: roles },
    { from: ['policy', '*', 'deny', '*'], what: 'role', known: roles },
    { from: ['policy', '*', 'services', '*'], what: 'service', known: [...keysAt(file, 'services'), '*'] },
    { from: ['policy', '*', 'severities', '*'], what: 'severity', known: [...severities, '*'] },
    {
      from: ['policy', '*', 'environments', '*'],
      what: 'environment',
      known: [...new Set(textsAt(file, 'targets', '*', 'environment')), '*'],
    },
    { from: ['approvals', '*', 'approvers', '*'], what: 'role', known: roles },
  ]
  return [
    ...references.flatMap(({ from, what, known }) =>
      select(file, from)
        .filter(({ path, value }) => typeof value === 'string' && !known.includes(value) && !source.reported(path))
        .map(({ path, value }) =>
          source.problem(path, `no ${what} "${source.written(path)}"; ${suggest(String(value), known)}`),
        ),
    ),
    ...repeatedSeverities(source),
    ...repeatedAccounts(source),
    ...repeatedEmoji(source),
    ...emptyApprovers(source),
  ]
}

/** Names and aliases are one vocabulary, and people type them in either case. */
function repeatedSeverities(source: Source): Problem[] {
  const seen = new Map<string, number>()
  const problems: Problem[] = []
  for (const { path } of select(source.value, ['severities', '*'])) {
    const words = [...select(source.value, [...path, 'name']), ...select(source.value, [...path, 'aliases', '*'])]
    for (const { path, value } of words) {
      if (typeof value !== 'string' || source.reported(path)) continue
      const first = seen.get(value.toLowerCase())
      if (first === undefined) seen.set(value.toLowerCase(), source.line(path))
      else problems.push(source.problem(path, `"${source.written(path)}" already names a severity, on line ${first}`))
    }
  }
  return problems
}

/** An account of two people would have two votes, or none. */
function repeatedAccounts(source: Source): Problem[] {
  const seen = new Map<unknown, string>()
  return select(source.value, ['people', '*', 'accounts', '*']).flatMap(({ path, value }) => {
    const name = String(path[1])
    const first = seen.get(value)
    if (source.reported(path)) return []
    if (first === undefined) seen.set(value, `${name}, on line ${source.line(path)}`)
    return first === undefined
      ? []
      : [source.problem(path, `"${source.written(path)}" is an account of ${first}, already`)]
  })
}

/** One reaction can't mean two things. What stands in the file by default counts as well. */
function repeatedEmoji(source: Source): Problem[] {
  const byDefault = reactions.parse({})
  const written = (kind: string) => select(source.value, ['reactions', kind, '*'])
  const seen = new Map<unknown, string>()
  for (const [kind, emoji] of Object.entries(byDefault)) {
    const isThere = select(source.value, ['reactions', kind]).length > 0
    if (!isThere) for (const name of emoji) seen.set(name, `${kind} by default`)
  }
  return Object.keys(byDefault).flatMap((kind) =>
    written(kind).flatMap(({ path, value }) => {
      const first = seen.get(value)
      if (typeof value !== 'string' || source.reported(path)) return []
      if (first === undefined) seen.set(value, `${kind}, on line ${source.line(path)}`)
      return first === undefined ? [] : [source.problem(path, `"${source.written(path)}" is for ${first}, already`)]
    }),
  )
}

/** An approver role without anybody would let every change wait until it expires. */
function emptyApprovers(source: Source): Problem[] {
  const file = source.value
  const asked = textsAt(file, 'approvals', '*', 'approvers', '*')
  const approvers = new Set(['approver', ...asked])
  return select(file, ['roles', '*'])
    .filter(({ path, value }) => approvers.has(String(path.at(-1))) && isMap(value))
    .filter(
      ({ path }) =>
        ['users', 'user_groups', 'on_call'].flatMap((key) => select(file, [...path, key, '*'])).length === 0,
    )
    .map(({ path }) => source.problem(path, 'approves changes, but has no users, no user_groups and no on_call'))
}

/** Everything at a pattern of keys, where `*` is any key or index. */
function select(value: unknown, pattern: Path, path: Path = []): Array<{ path: Path; value: unknown }> {
  const [head, ...rest] = pattern
  if (head === undefined) return [{ path, value }]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value)
    .filter(([key]) => head === '*' || key === String(head))
    .flatMap(([key, inner]) => select(inner, rest, [...path, Array.isArray(value) ? Number(key) : key]))
}

function textsAt(value: unknown, ...pattern: string[]): string[] {
  return select(value, pattern).flatMap((found) => (typeof found.value === 'string' ? [found.value] : []))
}

function keysAt(value: unknown, key: string): string[] {
  return select(value, [key, '*']).map(({ path }) => String(path.at(-1)))
}

function hasKey(value: unknown, key: string): boolean {
  return select(value, [key]).length > 0
}

function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
