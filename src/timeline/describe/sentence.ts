import type { EntryBody } from '../entries.ts'

/** An entry's facts, as a sentence needs them. `who` acted, as they were called then; `names` knows everybody else. */
export interface Told<B extends EntryBody = EntryBody> {
  who: string
  subject: string
  body: B
  names: (personId: string) => string
}

/** One sentence for each type of a group of entries: the compiler holds that none is forgotten. */
export type Sentences<B extends EntryBody> = {
  [T in B['type']]: (told: Told<Extract<B, { type: T }>>) => string
}

/** `2026-11-21 10:17 UTC`. */
export const utc = (iso: string): string => `${new Date(iso).toISOString().slice(0, 16).replace('T', ' ')} UTC`

/** One line; a sentence whose last words end it already gets no second full stop. */
export const flat = (sentence: string): string =>
  sentence
    .replace(/[^\S ]\s*| \s+/g, ' ')
    .replace(/([.!?…])\.(?=\s|$)/g, '$1')
    .trim()

/** Several names: `Alice, Bob`. */
export const listOf = (people: string[], names: Told['names']): string => people.map(names).join(', ')
