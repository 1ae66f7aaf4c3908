import { closest, distance } from 'fastest-levenshtein'
import type { z } from 'zod'

/** What a command takes, as far as reading it goes. */
export interface Signature {
  positionals: readonly string[]
  rest?: boolean
  flags: readonly string[]
  args: z.ZodType
}

/** `problem` is for the person who typed it. `common` are flags that every command of this kind takes. */
export type Parsed = { args: unknown; common: Record<string, string> } | { problem: string }

interface Word {
  text: string
  quoted: boolean
}

/**
 * Splits a line into words. Phones turn quotes into “smart” ones and `--` into `—`: both are understood. An apostrophe
 * is no quote: `open P1 can't pay` needs none. Returns null when a quote is never closed.
 */
export function words(line: string): Word[] | null {
  const plain = line.replace(/[“”„‟«»]/g, '"').replace(/(^|\s)[—–](?=[a-z])/g, '$1--')
  if ((plain.match(/"/g)?.length ?? 0) % 2 === 1) return null
  return [...plain.matchAll(/(?:[^\s"]|"[^"]*")+/g)].map(([raw]) => ({
    text: raw.replaceAll('"', ''),
    quoted: raw.startsWith('"'),
  }))
}

/** Reads arguments strictly: unknown, missing, duplicate and extra ones are refused, with what would be right. */
export function parse(signature: Signature, line: string, commonFlags: readonly string[] = []): Parsed {
  const flags = [...signature.flags, ...commonFlags]
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
    const value = inline.length > 0 ? inline.join('=') : all[++i]?.text
    if (!value) return { problem: `--${name} needs a value` }
    values[name] = value
  }
  const names = signature.positionals
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
  return { problem: `${name} ${issue?.message}, and “${values[name]}” isn’t` }
}

/** Takes a value out of `values`, as an entry. */
function pick(values: Record<string, string>, name: string): [string, string][] {
  const value = values[name]
  delete values[name]
  return value === undefined ? [] : [[name, value]]
}

function unknownFlag(flags: string[], name: string): Parsed {
  const nearest = nearestOf(name, flags)
  if (nearest) return { problem: `there is no --${name} here; did you mean --${nearest}?` }
  const known = flags.map((flag) => `--${flag}`).join(', ')
  return { problem: `there is no --${name} here${known && `; there is ${known}`}` }
}

/** The known word that is nearest to what was typed; null when none is near enough to be meant. */
export function nearestOf(typed: string, known: readonly string[]): string | null {
  if (known.length === 0) return null
  const nearest = closest(typed.toLowerCase(), known)
  return distance(typed.toLowerCase(), nearest) <= Math.max(1, Math.ceil(nearest.length / 3)) ? nearest : null
}
