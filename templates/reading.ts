import type { EntryBody } from '../src/timeline/entries.ts'
import { section } from './blocks.ts'
import type { Message } from './message.ts'
import { code, cut, inline, line, person, prose } from './text.ts'

/** What somebody looked at. */
export type Read = Omit<Extract<EntryBody, { type: 'operation.read' }>, 'type' | 'operation'>

/** More than this, escaped, is hard to read on a phone, and near what a section can hold. */
const INLINE = 2_500

/** How much of a long one is shown all the same: the end, where the newest lines are. */
const EXCERPT = { lines: 6, columns: 160 }

/** What was found, first; then what it was found in, here or in the file beside it. */
export function readingReply(read: Read, actorId: string): Message {
  const finding = `${read.alarming ? '⚠️ Look: ' : ''}*${line(read.finding, 600)}*`
  const origin = `${inline(read.line)} on ${line(read.target, 80)} (${line(read.environment, 80)}), asked by ${person(actorId)}`
  const file = readingFile(read)
  const detail = file
    ? `${code(excerpt(read.detail), INLINE)}\nThat is its end; all of it is attached: ${inline(file.name)}`
    : code(read.detail, INLINE + 10)
  const parts = [`${finding}\n${origin}`, ...(read.detail.trim() === '' ? [] : [detail])]
  return { text: parts.join('\n'), blocks: parts.map(section) }
}

const excerpt = (detail: string): string =>
  detail
    .trimEnd()
    .split('\n')
    .slice(-EXCERPT.lines)
    .map((text) => cut(text, EXCERPT.columns))
    .join('\n')

/** The file for what is too long for a message: `logs-checkout.txt`; null when the message holds it. */
export function readingFile({ line: typed, service, detail }: Read): { name: string; content: string } | null {
  if (prose(detail, Number.MAX_SAFE_INTEGER).length <= INLINE) return null
  const operation = /^[\w-]+/.exec(typed)?.[0] ?? 'reading'
  return { name: `${operation}-${service}.txt`.replace(/[^\w.-]+/g, '-'), content: detail }
}
