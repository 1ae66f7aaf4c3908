import { type Alphabet, alphabet, isPlainWord, stretch } from './runs.ts'
import type { View } from './view.ts'

const LONGEST = 16 * 1024

/**
 * Where the quote closes that was opened with so many backslashes before it: one with more of them is part of the value.
 * null when it never does.
 */
export function quotedEnd(text: string, from: number, quote: string, backslashes: number): number | null {
  let before = 0
  for (let at = from; at < text.length && at - from < LONGEST; at++) {
    if (text[at] === quote && before <= backslashes) return at - before
    before = text[at] === '\\' ? before + 1 : 0
  }
  return null
}

/** A bracket or comma ends a value where something else may begin. */
const CLOSING = /[,)\]}]{1,8}(?:[\s"'`&;,<]|$|[\w.-]{1,40}[=:])/y
const ESCAPED_QUOTE = /\\{1,7}["'`]/y
const REST: Alphabet = alphabet(/[^\s"'`<>&;|,)\]}\\]/)

/**
 * Where a value without quotes ends: at a blank or at what separates values. The next line goes on with it when it
 * begins with something that is neither a plain word nor a key.
 */
export function valueEnd(view: View, from: number): number {
  const { text, isSeam } = view
  let end = from
  while (end < text.length) {
    const char = text.charAt(end)
    if (/[\s"'`“”„‟«»‘’<>&;|]/.test(char)) break
    if (/[,)\]}]/.test(char) && matches(CLOSING, text, end)) break
    if (char === '\\' && matches(ESCAPED_QUOTE, text, end)) break
    if (isSeam(end) && !goesOn(view, end)) break
    end += 1
  }
  return end
}

function goesOn(view: View, at: number): boolean {
  const next = stretch(view, at, REST)
  const long = next - at >= 8 && /[n\n]/.test(view.seamText(at))
  return long && !isPlainWord(view, at, next) && !/^[\w.-]{1,40}[=:]/.test(view.text.slice(at, at + 41))
}

function matches(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at
  return pattern.test(text)
}
