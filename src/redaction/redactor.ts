import { findAddressPasswords, findEmails } from './addresses.ts'
import { findJwts } from './jwt.ts'
import { SECRETS, secretUnder } from './keys.ts'
import { findBearers, findLabelled, findSpoken } from './labelled.ts'
import { literalFinder } from './literals.ts'
import { mark, markPattern } from './mark.ts'
import { findCards, findIbans } from './numbers.ts'
import { findPrivateKeys } from './private-keys.ts'
import type { Finder, Span } from './runs.ts'
import { type TeamPattern, teamFinder } from './team.ts'
import { findTokens, TOKENS } from './tokens.ts'
import { createViews, MARK, type View } from './view.ts'

export interface Redaction {
  /** E-mail addresses count as secret. */
  emails: boolean
  /** The team's own, checked already. */
  patterns: TeamPattern[]
  /** Literally: the process's own. Short ones and plain words are left to the patterns. */
  secrets: string[]
}

/**
 * Puts a mark, `[redacted: GitHub token]`, in the place of what must not be stored, shown, logged or exported. Pure;
 * linear in the text's length; what was redacted once stays as it is.
 */
export interface Redactor {
  /** Also what a line break, or `\n` in a JSON text, cuts in two. */
  text(text: string): string
  /** Lines that belong together, seen joined. What spanned several becomes one: there may be fewer. */
  lines(lines: string[]): string[]
  /** Every text in a JSON value, and all that stands under keys such as `password`. Other objects are left as they are. */
  value<T>(json: T): T
}

/** What the program itself writes is left alone where it is the whole of a text: hashes, ids, times, signatures. */
const OURS =
  /^(?:(?=\d*[a-f])[\da-f]{16,64}|sha256:[\da-f]{64}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|(?:INC|OP)-\d{1,9}|[\w+/]{86}==|(?:command|action|shortcut):\d{1,13}\.\d{1,13}\.[\da-f]{8,40}|event:Ev[A-Z\d]{6,14}|view:V[A-Z\d]{6,14}|(?:T[A-Z\d]{1,14}\/)?[UW][A-Z\d]{2,12}|[CDGST][A-Z\d]{2,12}|\d{4}-\d\d-\d\dT[\d:.]{5,15}Z)$/

/** The name of a field, and no secret: as most keys are. */
const FIELD = /^[A-Za-z_]{1,24}$/

/** In the order of what they say: of two that find the same, the first names it. */
const BUILT_IN: Finder[] = [
  ...[findTokens, findJwts, findPrivateKeys, findAddressPasswords, findBearers, findLabelled, findSpoken],
  ...[findCards, findIbans],
]
const NAMES = [
  ...new Set([...TOKENS, ...SECRETS, 'JWT', 'private key', 'password', 'card number', 'IBAN', 'e-mail address']),
]

/** A log says the same words again and again: so many short ones in which nothing was found are not looked at twice. */
const CLEAN = { length: 64, most: 1_000 }

/** What one pass leaves may look new to the next one; it never takes many. */
const PASSES = 4

export interface LearningRedactor extends Redactor {
  /** From now on with these, too: the rules in the place of those before, the secrets besides those before. */
  learn(more: Partial<Redaction>): void
}

export function createRedactor(initial: Redaction): LearningRedactor {
  const secrets = new Set<string>()
  let { emails, patterns } = initial
  let literals: Finder = () => []
  let finders: Finder[] = []
  let viewOf = createViews(markPattern(NAMES))
  const clean = new Set<string>()

  function learn(more: Partial<Redaction>): void {
    emails = more.emails ?? emails
    patterns = more.patterns ?? patterns
    for (const secret of more.secrets ?? []) secrets.add(secret)
    clean.clear()
    viewOf = createViews(markPattern([...NAMES, ...patterns.map(({ name }) => name)]))
    literals = literalFinder(secrets, (text) => viewOf(text).text)
    finders = [...BUILT_IN, ...(emails ? [findEmails] : []), ...patterns.map(teamFinder), literals]
  }
  learn(initial)

  function untilStable(text: string, by: Finder[]): string {
    let redacted = text
    for (let pass = 0; pass < PASSES; pass++) {
      const view = viewOf(redacted)
      const spans = merged(by.flatMap((find) => find(view)))
      if (spans.length === 0) break
      redacted = replaced(redacted, view, spans)
    }
    return redacted
  }
  function text(given: string): string {
    if (clean.has(given)) return given
    const redacted = untilStable(given, finders)
    if (redacted === given && given.length <= CLEAN.length) {
      if (clean.size === CLEAN.most) clean.clear()
      clean.add(given)
    }
    return redacted
  }

  function value(json: unknown, under: string | null): unknown {
    if (typeof json === 'string') {
      if (under !== null) return json === '' || viewOf(json).text === MARK ? json : mark(under)
      return OURS.test(json) ? untilStable(json, [literals]) : text(json)
    }
    if (typeof json === 'number') return number(json, under)
    if (Array.isArray(json)) return json.map((item) => value(item, under))
    if (json === null || typeof json !== 'object' || !isPlain(json)) return json
    return Object.fromEntries(
      Object.entries(json).map(([key, inner]) => [
        FIELD.test(key) ? key : text(key),
        value(inner, under ?? secretUnder(key === 'value' ? nameOf(json) : key)),
      ]),
    )
  }

  /** A token's number is its id; a number as long as a card's may be one. */
  function number(json: number, under: string | null): unknown {
    if (under !== null) return under === 'token' ? json : mark(under)
    return Number.isInteger(json) && json >= 1e12 ? asNumber(text(String(json)), json) : json
  }

  return {
    text,
    lines: (lines) => (lines.length === 0 ? [] : text(lines.join('\n')).split('\n')),
    value: <T>(json: T) => value(json, null) as T,
    learn,
  }
}

const asNumber = (redacted: string, json: number): unknown => (redacted === String(json) ? json : redacted)

/** What stands under `value` goes by the name beside it: `{ name: 'DB_PASSWORD', value: '…' }`. */
const nameOf = ({ name }: { name?: unknown }): string => (typeof name === 'string' ? name : '')

function isPlain(object: object): boolean {
  const prototype = Object.getPrototypeOf(object)
  return prototype === null || prototype === Object.prototype
}

/** Overlapping finds as one; the longest names it. */
function merged(spans: Span[]): Span[] {
  const result: (Span & { longest: number })[] = []
  // A stable sort: of two that are alike the first finder's stays first.
  for (const span of spans.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = result.at(-1)
    const longest = span.end - span.start
    if (!last || span.start >= last.end) result.push({ ...span, longest })
    else {
      if (longest > last.longest) Object.assign(last, { what: span.what, longest })
      last.end = Math.max(last.end, span.end)
    }
  }
  return result
}

function replaced(text: string, view: View, spans: Span[]): string {
  const parts: string[] = []
  let upTo = 0
  for (const { start, end, what } of spans) {
    const [from, to] = view.original(start, end)
    parts.push(text.slice(upTo, from), mark(what), lineBreak(view, start, end))
    upTo = to
  }
  return parts.join('') + text.slice(upTo)
}

/** Where the rest of a line follows on what began in an earlier one, it stays in its line. */
function lineBreak(view: View, start: number, end: number): string {
  const next = view.text.charAt(end)
  if (next === '' || next === '\n' || view.isSeam(end)) return ''
  for (let at = end - 1; at > start; at--) if (view.isSeam(at)) return view.seamText(at)
  return ''
}
