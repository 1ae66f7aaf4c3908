import { closest, distance } from 'fastest-levenshtein'
import type { z } from 'zod'

/** What a command takes, as far as reading it goes. */
export interface Signature {
  positionals: readonly string[]
  rest?: boolean
  flags: readonly string[]
  /** A first word that may be left out, known by how it looks: `INC-7`. */
  leading?: { name: string; pattern: RegExp }
  /** Flags without a value: `--private`. */
  switches?: readonly string[]
  args: z.ZodType
}

/** `problem` is for the person who typed it. `common` are flags that every command of this kind takes. */
export type Parsed = { args: unknown; common: Record<string, string> } | { problem: string }

interface Word {
  text: string
  quoted: boolean
}

/** What opens and closes a quote: phones turn the plain one into the others. */
const Q = '["“”„‟«»]'
const WORD = new RegExp(`(?:\\[redacted: [\\w -]{1,40}\\]|[^\\s"“”„‟«»]|${Q}(?:[^"“”„‟«»]|(${Q})\\1)*${Q})+`, 'g')
const QUOTED = new RegExp(`${Q}((?:[^"“”„‟«»]|(${Q})\\2)*)${Q}`, 'g')
const DOUBLED = new RegExp(`(${Q})\\1`, 'g')

/**
 * Splits a line into words. Phones turn quotes into “smart” ones and `--` into `—`: both are understood. An apostrophe
 * is no quote: `open P1 can't pay` needs none; a quote within quotes is doubled. What was redacted stays one word.
 * Returns null when one is never closed.
 */
export function words(line: string): Word[] | null {
  if (line.replace(/[^"“”„‟«»]/g, '').length % 2 === 1) return null
  return [...line.matchAll(WORD)].map(([raw]) => ({
    text: raw.replace(/^[—–](?=[a-z])/, '--').replace(QUOTED, (_, inner: string) => inner.replace(DOUBLED, '$1')),
    quoted: /^["“”„‟«»]/.test(raw),
  }))
}

/** A text as it has to stand in a line to be read as this one word, whatever is in it; never as a flag. */
export const quote = (text: string): string =>
  /^$|^--|^[—–]|[\s"“”„‟«»]/.test(text) ? `"${text.replace(/["“”„‟«»]/g, '$&$&')}"` : text

/** Reads arguments strictly: unknown, missing, duplicate and extra ones are refused, with what would be right. */
export function parse(signature: Signature, line: string, commonFlags: readonly string[] = []): Parsed {
  const switches = signature.switches ?? []
  const flags = [...signature.flags, ...commonFlags, ...switches]
  const all = words(line)
  if (!all) return { problem: 'a quote is opened and never closed' }
  const values: Record<string, string> = {}
  const positionals: string[] = []
  for (let i = 0; i < all.length; i++) {
    const word = all[i] as Word
    if (!word.text.startsWith('--') || word.quoted) {
      positionals.push(word.text)
      continue
    }
    const [name = '', ...inline] = word.text.slice(2).split('=')
    if (!flags.includes(name)) return unknownFlag(flags, name)
    if (values[name] !== undefined) return { problem: `--${name} is given twice` }
    if (switches.includes(name) && inline.length > 0) return { problem: `--${name} takes no value` }
    const value = switches.includes(name) ? 'yes' : inline.length > 0 ? inline.join('=') : all[++i]?.text
    if (!value) return { problem: `--${name} needs a value` }
    values[name] = value
  }
  const { leading, positionals: names } = signature
  if (leading && positionals[0] !== undefined && leading.pattern.test(positionals[0])) {
    values[leading.name] = positionals.shift() as string
  }
  if (signature.rest && positionals.length > names.length) {
    positionals.push(positionals.splice(names.length - 1).join(' '))
  }
  const extra = positionals[names.length]
  if (extra !== undefined) return { problem: `“${extra}” is one argument too many` }
  for (const [i, value] of positionals.entries()) values[names[i] as string] = value
  const common = Object.fromEntries(commonFlags.flatMap((name) => pick(values, name)))
  const result = signature.args.safeParse(values)
  if (result.success) return { args: result.data, common }
  const [issue] = result.error.issues
  const name = String(issue?.path[0] ?? '')
  if (values[name] === undefined) return { problem: `${name} is missing` }
  return { problem: `${name} ${issue?.message}, and “${values[name]}” isn’t${unusual(values[name])}` }
}

/** Points at what looks like something else, or like nothing: ` (it holds U+0441)`. */
function unusual(text: string): string {
  const points = [...new Set(text.match(/[^\x20-\x7e]/gu))].slice(0, 3)
  const codes = points.map((point) => `U+${(point.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`)
  return codes.length === 0 ? '' : ` (look closely: it holds ${codes.join(', ')})`
}

/** Takes a value out of `values`, as an entry. */
function pick(values: Record<string, string>, name: string): [string, string][] {
  const value = values[name]
  delete values[name]
  return value === undefined ? [] : [[name, value]]
}

function unknownFlag(flags: string[], name: string): Parsed {
  const nearest = nearestOf(name, flags)
  if (nearest) return { problem: `there is no --${name} here${unusual(name)}; did you mean --${nearest}?` }
  const known = flags.map((flag) => `--${flag}`).join(', ')
  return { problem: `there is no --${name} here${known && `; there is ${known}`}` }
}

/** The known word that is nearest to what was typed; null when none is near enough to be meant. */
export function nearestOf(typed: string, known: readonly string[]): string | null {
  if (known.length === 0) return null
  const nearest = closest(typed.toLowerCase(), known)
  return distance(typed.toLowerCase(), nearest) <= Math.max(1, Math.ceil(nearest.length / 3)) ? nearest : null
}
