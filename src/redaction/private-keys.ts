import { type Alphabet, alphabet, type Finder, isPlainWord, type Span, stretch } from './runs.ts'
import type { View } from './view.ts'

const MARKER = /-----(BEGIN|END)[A-Z0-9 ]{0,40}?PRIVATE ?KEY(?: ?BLOCK)? ?-----/g
/** The longest key that is used is shorter. */
const LONGEST = 16 * 1024
const BODY: Alphabet = alphabet(/[A-Za-z0-9+/=]/)
const BLANK: Alphabet = alphabet(/\s/)
/** Of a key's body whose other end is missing. */
const SHORTEST_LINE = 8

/** PEM and PGP private keys, on many lines or with `\n` in one; also one whose beginning or end was cut off. */
export const findPrivateKeys: Finder = (view) => {
  const spans: Span[] = []
  let open: { start: number; end: number } | null = null
  const add = (start: number, end: number) => spans.push({ start, end, what: 'private key' })
  for (const match of view.text.matchAll(MARKER)) {
    const [start, end] = [match.index, match.index + match[0].length]
    const paired = open !== null && match[1] === 'END' && end - open.start <= LONGEST
    if (open && paired) add(open.start, end)
    else {
      if (open) add(open.start, bodyAfter(view, open.end))
      if (match[1] === 'END') add(bodyBefore(view, start), end)
    }
    open = match[1] === 'BEGIN' ? { start, end } : null
  }
  if (open) add(open.start, bodyAfter(view, open.end))
  return spans
}

/** Where the lines of base64 end that begin here. */
function bodyAfter(view: View, from: number): number {
  let end = from
  for (;;) {
    let start = end
    while (BLANK[view.text.charCodeAt(start)] === 1) start += 1
    const next = stretch(view, start, BODY)
    if (next - start < SHORTEST_LINE || isPlainWord(view, start, next)) return end
    end = next
  }
}

/** Where the lines of base64 begin that end here. */
function bodyBefore({ text, isSeam }: View, to: number): number {
  let start = to
  for (;;) {
    let end = start
    while (end > 0 && BLANK[text.charCodeAt(end - 1)] === 1) end -= 1
    let from = end
    while (from > 0 && BODY[text.charCodeAt(from - 1)] === 1 && !(from < end && isSeam(from))) from -= 1
    if (end - from < SHORTEST_LINE) return start
    start = from
  }
}
