import { findAddressPasswords } from './addresses.ts'
import { isAbout, KEY, SUFFIX, secretOf } from './keys.ts'
import { type Alphabet, alphabet, type Finder, isPlainWord, runEnd, type Span } from './runs.ts'
import { quotedEnd, valueEnd } from './values.ts'
import { MARK, type View } from './view.ts'

const QUOTE = '(?:\\\\{0,7}["\'`])?'
/** `"name": "password", "value": `, as Kubernetes has it in JSON and, in a view, in YAML. */
const NAMED = `${QUOTE}(?:,[ \\t]{0,4})?${QUOTE}value${QUOTE}`
/** `password = `, `"password": `, `['password'] => `, `<password>`; JSON inside of JSON has backslashes. */
const LABEL = new RegExp(
  `(?:${KEY})s?${SUFFIX}(?:${NAMED}|(?:\\\\{0,7}["'\`]\\]?)?)[ \\t]{0,4}(?:=>|:=|={1,3}|:|>(?=[^\\s<>]))[ \\t]{0,4}`,
  'gi',
)
const OPENING = /(\\{0,7})(["'`])/y
/** Their values have words in them, such as `a=b; c=d`: they end with the line. */
const TO_THE_LINES_END = new Set(['cookie', 'connection string'])
const SCHEME = /(?:bearer|basic|token|negotiate|ntlm|api-?key|key|ssws|splunk|googlelogin auth=)[ \t]+/iy
const PARAMETERS = /(?:digest|aws4-hmac-sha256|hawk|oauth|signature)[ \t]/iy
/** No value without quotes begins so: what follows is a structure, an address, or is filled in later. */
const NO_VALUE = /(?:$|\/\/|[{[(<]|\$\()/y
/** No secrets: what programs say, types, what is filled in later, what is hidden already. */
const NO_SECRET =
  /^(?:|null|none|nil|undefined|true|false|yes|no|empty|unset|string|str|int|number|bool(?:ean)?|object|bytes|\*+|x{3,}|\$\{\w*\}?|%[sdvq]|<[\w -]*>|\.{3}|…)$/i
/** What follows a colon in a sentence: `invalid token: signature mismatch`. */
const SENTENCE =
  /^(?:a|an|and|are|authentication|bad|can|cannot|configmap|connection|could|denied|does|error|expired|failed|for|from|has|in|incorrect|invalid|is|key|malformed|mismatch|missing|must|not|object|of|on|or|password|please|rejected|required|secret|should|signature|the|to|token|too|unable|unauthorized|unknown|was|with|wrong)$/i
/** A word in a sentence that goes on: `expired token: checkout fails`. */
const GOES_ON = /[,;]? [A-Za-z]{1,64}(?!\w{0,64}[=:])/y

/** `http://vault-token:8200/v1`: a host and its port. */
const HOST = /:\/\/[\w.-]*$/
const PORT = /\d{1,5}(?![\w.@-])/y

/** Values that stand after the name of a secret: `password=…`, `"client_secret": "…"`, `Cookie: …`. */
export const findLabelled: Finder = (view) => {
  const spans: Span[] = []
  // `https://x-access-token:…@host`: a user, and no label.
  const passwords = new Set(findAddressPasswords(view).map(({ start }) => start))
  LABEL.lastIndex = 0
  for (let match = LABEL.exec(view.text); match; match = LABEL.exec(view.text)) {
    const [label] = match
    if (passwords.has(LABEL.lastIndex) || isPort(view, match.index, LABEL.lastIndex)) continue
    if (isOther(view, match)) {
      LABEL.lastIndex = match.index + 1
      continue
    }
    const what = secretOf(match)
    const { secret, ...value } = valueAfter(view, LABEL.lastIndex, what, label)
    // Ids and counts, as in `token: 5`, `pass: 12`, `max_tokens: 4096`.
    const most = /tokens/i.test(label) ? 9 : what === 'token' || what === 'password' ? 3 : 0
    const counts = value.end - value.start <= most && !/\D/.test(view.text.slice(value.start, value.end))
    if (secret && !counts) spans.push({ ...value, what })
    LABEL.lastIndex = value.end
  }
  return spans
}

/** Its suffix says that it names no secret, or belongs to the next line. */
function isOther(view: View, match: RegExpExecArray): boolean {
  const suffix = match.groups?.suffix ?? ''
  if (suffix === '') return false
  const from = match.index + match[0].indexOf(suffix)
  return isAbout(suffix) || Array.from(suffix).some((_, i) => view.isSeam(from + i))
}

function isPort({ text }: View, label: number, from: number): boolean {
  PORT.lastIndex = from
  return text[from - 1] === ':' && PORT.test(text) && HOST.test(text.slice(Math.max(0, label - 64), label))
}

interface Value {
  start: number
  end: number
  secret: boolean
}

function valueAfter(view: View, from: number, what: string, label: string): Value {
  const { text } = view
  OPENING.lastIndex = from
  const [opening, backslashes = '', quote = ''] = OPENING.exec(text) ?? ['']
  const inside = from + opening.length
  const end = opening ? quotedEnd(text, inside, quote, backslashes.length) : null
  if (end !== null) return { start: inside, end, secret: isSecret(text, inside, end) }
  const start = what === 'authorization' ? afterScheme(text, inside) : inside
  NO_VALUE.lastIndex = start
  if (text.startsWith(MARK, start) || NO_VALUE.test(text)) return { start, end: start, secret: false }
  PARAMETERS.lastIndex = start
  const parameters = what === 'authorization' && PARAMETERS.test(text)
  const listed = TO_THE_LINES_END.has(what) && text.slice(start, start + 256).includes('=')
  if (parameters || listed) {
    return { start, end: lineEnd(view, start, parameters ? /\n/ : /["'“”\n]/), secret: true }
  }
  const value = { start, end: valueEnd(view, start) }
  return { ...value, secret: isSecret(text, start, value.end) && !speaks(view, value, label) }
}

/** After a colon, or the name of a flag, a sentence may go on. */
function speaks(view: View, { start, end }: { start: number; end: number }, label: string): boolean {
  if (!label.includes(':') && !label.startsWith('--')) return false
  const said = view.text.slice(start, Math.min(end, start + 40)).replace(/[.,;!]$/, '')
  GOES_ON.lastIndex = end
  return SENTENCE.test(said) || (label.endsWith(' ') && isPlainWord(view, start, end) && GOES_ON.test(view.text))
}

const isSecret = (text: string, start: number, end: number): boolean =>
  !text.startsWith(MARK, start) && !NO_SECRET.test(text.slice(start, Math.min(end, start + 40)))

function afterScheme(text: string, from: number): number {
  SCHEME.lastIndex = from
  return SCHEME.test(text) ? SCHEME.lastIndex : from
}

/** A line's end, or what else ends it. */
function lineEnd({ text, isSeam }: View, from: number, ending: RegExp): number {
  let end = from
  while (end < text.length && !ending.test(text.charAt(end)) && !(end > from && isSeam(end))) end += 1
  return end
}

const SCHEMES = /\b(?:bearer|basic)[ \t]{1,4}/gi
const CREDENTIALS: Alphabet = alphabet(/[\w.~+/=-]/)

/** `Bearer …` and `Basic …` that stand alone. */
export const findBearers: Finder = (view) => {
  const spans: Span[] = []
  for (const match of view.text.matchAll(SCHEMES)) {
    const start = match.index + match[0].length
    const end = runEnd(view, start, { chars: CREDENTIALS, min: 16 })
    const random = /\d|[a-z][A-Z]|=$/.test(view.text.slice(start, end))
    if (end - start >= 16 && random) spans.push({ start, end, what: 'authorization' })
  }
  return spans
}

const FLAG = /(?<![\w-])--(?!-)[\w-]{0,32}?(?:password|passwd|passphrase|token|secret|api-key)[ \t]{1,4}(?=[^\s-])/gi
const STATEMENT = /(?:identified by|password)[ \t]{1,4}(?=["'])/gi

/** `--password …` of a command line, `PASSWORD '…'` of an SQL statement. */
export const findSpoken: Finder = (view) =>
  [FLAG, STATEMENT].flatMap((pattern) =>
    [...view.text.matchAll(pattern)].flatMap((match) => {
      const { secret, ...value } = valueAfter(view, match.index + match[0].length, 'secret', match[0])
      return secret ? [{ ...value, what: /token/i.test(match[0]) ? 'token' : 'password' }] : []
    }),
  )
