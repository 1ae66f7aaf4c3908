import type { View } from './view.ts'

/** A part of a view in which something was found. */
export interface Span {
  start: number
  end: number
  what: string
}

/** Finds one kind of thing, in time that grows with the text's length and no faster. */
export type Finder = (view: View) => Span[]

/** Characters that a token may be made of; ASCII only. */
export type Alphabet = Uint8Array

export const alphabet = (characters: RegExp): Alphabet =>
  Uint8Array.from({ length: 128 }, (_, code) => Number(characters.test(String.fromCharCode(code))))

export const ALPHANUMERIC = alphabet(/[A-Za-z0-9]/)
export const BASE64URL = alphabet(/[\w-]/)

/** A shorter rest in the next line is rather that line's first word. */
const SHORTEST_REST = 8
/** Longer ones are never looked at for whether they are whole: that would take quadratic time. */
const LONGEST_TO_JUDGE = 2_000

interface Run {
  chars: Alphabet
  /** A shorter one goes on in the next line. */
  min: number
  /** It looks complete where its line ends: a plain word or a key that begins the next one is not part of it. */
  whole?: (found: string) => boolean
}

/** Where the characters that begin at `from` end, within their line. */
export function stretch({ text, isSeam }: View, from: number, chars: Alphabet): number {
  let end = from
  while (end < text.length && chars[text.charCodeAt(end)] === 1 && !(end > from && isSeam(end))) end += 1
  return end
}

/**
 * Where the run that begins at `from` ends. At the end of a line it goes on in the next one when it must, and when it
 * may: better one word too many.
 */
export function runEnd(view: View, from: number, run: Run): number {
  for (let end = stretch(view, from, run.chars); ; ) {
    if (end === from || !view.isSeam(end)) return end
    const next = stretch(view, end, run.chars)
    if (next === end || (end - from >= run.min && isOver(view, from, end, next, run))) return end
    end = next
  }
}

/** Whether what ends with its line ends there for good, or goes on with what stands from `end` to `next`. */
function isOver(view: View, from: number, end: number, next: number, { chars, whole }: Run): boolean {
  // A change of colour ends a value; a line break needn't.
  if (!/[n\n]/.test(view.seamText(end))) return true
  const judged = whole !== undefined && end - from <= LONGEST_TO_JUDGE
  const looksWhole = judged && whole(view.text.slice(from, end))
  const looksApart =
    isPlainWord(view, end, next) ||
    /[=:]/.test(view.text.charAt(next)) ||
    !/[A-Za-z]/.test(view.text.slice(end, end + 4))
  if (next - end >= SHORTEST_REST) return looksWhole && looksApart
  return !judged || (looksWhole && !goesOnAfter(view, next, chars)) || (looksApart && !view.isSeam(next))
}

/** A short line is rather a part of it when the line after that can't be another word. */
function goesOnAfter(view: View, end: number, chars: Alphabet): boolean {
  const next = view.isSeam(end) ? stretch(view, end, chars) : end
  return next - end >= SHORTEST_REST && !isPlainWord(view, end, next)
}

export const isPlainWord = ({ text }: View, start: number, end: number): boolean =>
  end - start < 32 && /^[A-Z]?[a-z]+$|^[A-Z]+$/.test(text.slice(start, end))

/** Nothing of a word stands before this place. */
export const beginsWord = ({ text, isSeam }: View, at: number): boolean =>
  at === 0 || isSeam(at) || !/[\w-]/.test(text.charAt(at - 1))
