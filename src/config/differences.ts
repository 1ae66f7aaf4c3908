/** What only a start reads: another channel, other commands, another pace, where entries go and what they may hold. */
const AT_THE_NEXT_START = ['slack', 'audit', 'retention', 'redaction']
/** A whole new service on one line is to be seen, not to be read. */
const LONGEST = 200

/**
 * What another content of the file says differently, in short lines for people: `roles.approver.users: + U0CAROL`,
 * `policy: - allow: [operator], operations: [scale]`. Both as they are written: no environment variable's value.
 */
export function differences(before: unknown, after: unknown): string[] {
  return compare([], before, after).map(({ path, change }) => {
    const later = AT_THE_NEXT_START.includes(path[0] ?? '') ? ' (takes effect at the next start)' : ''
    const line = `${path.join('.')}: ${change}`
    return `${line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line}${later}`
  })
}

interface Difference {
  path: string[]
  change: string
}

function compare(path: string[], before: unknown, after: unknown): Difference[] {
  if (inline(before) === inline(after)) return []
  // A section or an entry of one that is new, or gone, is told key by key.
  const split = path.length < 2 && (before === undefined || after === undefined)
  if ((isMap(before) && isMap(after)) || (split && (isMap(before) || isMap(after)))) {
    const [from, to] = [isMap(before) ? before : {}, isMap(after) ? after : {}]
    const keys = new Set([...Object.keys(from), ...Object.keys(to)])
    const inside = [...keys].flatMap((key) => compare([...path, key], from[key], to[key]))
    if (inside.length > 0 || !split) return inside
  }
  if (Array.isArray(before) && Array.isArray(after)) return compareLists(path, before, after)
  if (before === undefined) return [{ path, change: `+ ${item(after)}` }]
  if (after === undefined) return [{ path, change: `- ${item(before)}` }]
  return [{ path, change: `${inline(before)} → ${inline(after)}` }]
}

function compareLists(path: string[], before: unknown[], after: unknown[]): Difference[] {
  const gone = without(before.map(item), after.map(item))
  const come = without(after.map(item), before.map(item))
  if (gone.length + come.length === 0) return [{ path, change: `now in the order ${inline(after)}` }]
  return [...gone.map((one) => `- ${one}`), ...come.map((one) => `+ ${one}`)].map((change) => ({ path, change }))
}

/** What is left of a list when the other's items are taken out of it, each as often as it is there. */
function without(list: string[], other: string[]): string[] {
  const left = [...other]
  return list.filter((one) => {
    const at = left.indexOf(one)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}

/** As YAML would have it on one line. */
function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`
  if (isMap(value)) return Object.keys(value).length === 0 ? '{}' : `{ ${item(value)} }`
  return typeof value === 'string' && /^[^\s"',:[\]{}#&*!|>%@`]+$/.test(value) ? value : JSON.stringify(value)
}

const item = (value: unknown): string =>
  isMap(value) && Object.keys(value).length > 0
    ? Object.entries(value)
        .map(([key, inner]) => `${key}: ${inline(inner)}`)
        .join(', ')
    : inline(value)

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
