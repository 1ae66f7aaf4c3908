import { electronicFormatIBAN, getCountrySpecifications, isValidIBAN } from 'ibantools'
import { beginsWord, type Finder, type Span } from './runs.ts'
import type { View } from './view.ts'

/** Issuers' prefixes with the lengths that their numbers have. None begins as times do. */
const CARD =
  /^(?:4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|35\d{14}|6(?:011|4[4-9]\d|5\d\d)\d{12}|62\d{14,17}|(?:50|5[6-8]|6[37])\d{14,17})$/
const DIGITS = /\d+(?:[ -]\d+)*/g
const UUID = /[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/gi
const MOST_DIGITS = 19
const SHORTEST_GROUP = 4

/** Card numbers: as one, or in groups with blanks or dashes; Luhn's check and an issuer's prefix and length. */
export const findCards: Finder = (view) => {
  const spans: Span[] = []
  for (const { index, 0: run } of view.text.matchAll(DIGITS)) {
    const groups = groupsOf(view, index, run)
    for (let first = 0; first < groups.length; first++) {
      const last = cardFrom(view, groups, first)
      if (last === null) continue
      spans.push({ start: groups[first]?.start ?? 0, end: groups[last]?.end ?? 0, what: 'card number' })
      first = last
    }
  }
  if (spans.length === 0) return spans
  const ids = [...view.text.matchAll(UUID)].map(({ index }) => index)
  return spans.filter(({ start, end }) => !ids.some((id) => id < end && start < id + 36))
}

interface Group {
  start: number
  end: number
  /** The line breaks before it; otherwise it is apart. */
  glued: boolean
}

/** A run's digits, cut at blanks, dashes and line breaks. */
function groupsOf(view: View, index: number, run: string): Group[] {
  const groups: Group[] = []
  for (const match of run.matchAll(/\d+/g)) {
    let start = index + match.index
    const end = start + match[0].length
    let glued = false
    for (let at = start + 1; at <= end; at++) {
      if (at < end && !view.isSeam(at)) continue
      groups.push({ start, end: at, glued })
      start = at
      glued = true
    }
  }
  return groups
}

/** The last group of the longest card number that begins with this one; null when none does. */
function cardFrom({ text, isSeam }: View, groups: Group[], first: number): number | null {
  const begin = groups[first] as Group
  if (!/[2-6]/.test(text.charAt(begin.start))) return null
  if (begin.start > 0 && !isSeam(begin.start) && /[\w.]/.test(text.charAt(begin.start - 1))) return null
  let digits = ''
  let group = 0
  let found: number | null = null
  for (let i = first; i < groups.length; i++) {
    const { start, end, glued } = groups[i] as Group
    if (!glued && i > first && group < SHORTEST_GROUP) break
    group = glued && i > first ? group + end - start : end - start
    if (digits.length + end - start > MOST_DIGITS) break
    digits += text.slice(start, end)
    const ends = end === text.length || isSeam(end) || !/^(?:\w|\.\d)/.test(text.slice(end, end + 2))
    if (ends && group >= 3 && CARD.test(digits) && passesLuhn(digits)) found = i
  }
  return found
}

function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i])
    sum += i % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2
  }
  return sum % 10 === 0
}

const IBAN = /[A-Z]{2}\d{2}/gi
const LENGTHS = new Map(Object.entries(getCountrySpecifications()).map(([country, { chars }]) => [country, chars ?? 0]))

/** IBANs: with or without blanks, of a country that has them, with its length and the check of modulo 97. */
export const findIbans: Finder = (view) => {
  const spans: Span[] = []
  for (const { index, 0: head } of view.text.matchAll(IBAN)) {
    const length = LENGTHS.get(head.slice(0, 2).toUpperCase()) ?? 0
    const end = length > 0 && beginsWord(view, index) ? endOf(view, index, length) : null
    if (end === null) continue
    const number = electronicFormatIBAN(view.text.slice(index, end))
    if (number && isValidIBAN(number)) spans.push({ start: index, end, what: 'IBAN' })
  }
  return spans
}

/** Where so many letters and digits end, with single blanks between them; null when it's in the middle of a word. */
function endOf({ text, isSeam }: View, from: number, length: number): number | null {
  let end = from
  for (let taken = 0; taken < length; end++) {
    const char = text.charAt(end)
    if (/[A-Za-z\d]/.test(char)) taken += 1
    else if (!/[ -]/.test(char) || !/[A-Za-z\d]/.test(text.charAt(end - 1))) return null
  }
  return isSeam(end) || !/\w/.test(text.charAt(end)) ? end : null
}
