import type { Export } from '../export.ts'

/** A part of the export under a heading of its own. */
export interface Section {
  title: string
  /** Whether there is anything to say. */
  isThere(whole: Export): boolean
  /** Its text, which ends with a line break; in parts, since it may be long. */
  parts(whole: Export): Iterable<string> | AsyncIterable<string>
}

/** What GitHub makes of a heading's words. */
export const anchor = (title: string): string => title.toLowerCase().replaceAll(' ', '-')
