/** What stands where something was found: `[redacted: GitHub token]`. */
export const mark = (what: string): string => `[redacted: ${what}]`

/** Whether something was found in a text that was redacted. */
export const holdsMark = (text: string): boolean => text.includes('[redacted: ')

/**
 * The source of a pattern for the marks with these names: nothing else in brackets counts, or a secret could be hidden
 * in a mark of one's own.
 */
export const markPattern = (names: Iterable<string>): string =>
  `\\[redacted: (?:${[...new Set(names)].map(literally).join('|')})\\]`

/** The source of a pattern that matches this text. */
export const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
