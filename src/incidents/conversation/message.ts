import type { FileReference } from '../../timeline/entries/conversation.ts'

/** What somebody wrote, in plain words: names where Slack has ids, nothing that hides or reorders text. */
export interface Said {
  text: string
  files: FileReference[]
}

/** Where a message is. `ts`: Slack's name for it within its channel, its time in seconds, `1763755260.000100`. */
export interface Place {
  channel: string
  ts: string
}

export interface Message extends Place, Said {}

/** How much of one message is kept, in characters; Slack takes 40,000. */
const LONGEST = 10_000

/** As much of a redacted text as is kept, never cut through a character. What is cut is said. */
export function fitted(text: string): string {
  if (text.length <= LONGEST) return text
  const kept = text.slice(0, LONGEST).replace(/[\ud800-\udbff]$/, '')
  return `${kept}… (${text.length - kept.length} more characters, in Slack)`
}

/** The time that Slack's name of a message, or of what happened to one, tells. */
export const timeOf = (ts: string): Date => new Date(Math.round(Number(ts) * 1000))
