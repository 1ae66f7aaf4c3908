import { describe } from '../../timeline/describe.ts'
import type { Entry } from '../../timeline/entries.ts'
import type { Export } from '../export.ts'
import { occurredAt } from '../fold/order.ts'
import { utc } from '../times.ts'
import { md, row, table } from './text.ts'

/** Less than this and nobody asks when it was recorded. */
const LATE_MS = 60_000

/** The columns of a table of entries: their number, when they happened, and what else there is. */
export function head({ clock }: Export, more: string[]): string {
  return `${table(['#', 'UTC', ...(clock.zone === 'UTC' ? [] : [clock.zone]), ...more], [])}\n`
}

/** An entry's row; its day, in UTC, stands above. `more`: Markdown. */
export function told(entry: Entry, { folded, clock }: Export, more: string[]): string {
  const at = occurredAt(folded.order, entry)
  const [day = '', time = ''] = utc(at).split(' ')
  const there = clock.zone === 'UTC' ? [] : [clock.localOn(at, day)]
  return `${row([String(entry.seq), time, ...there, ...more])}\n`
}

/** What happened, in Markdown. */
export const sentence = (entry: Entry, { name }: Export): string => md(describe(entry, name))

/** What the row's time doesn't say: that it was another one, or that it was recorded later. In Markdown. */
export function remark(entry: Entry, { folded }: Export): string {
  const { seq, recordedAt } = entry
  const corrected = folded.order.corrected(seq)
  const late = Math.abs(recordedAt.getTime() - (corrected ?? entry.occurredAt).getTime()) > LATE_MS
  return [
    ...(corrected ? [` *(corrected: it said ${utc(entry.occurredAt)} UTC)*`] : []),
    ...(late ? [` *(recorded ${utc(recordedAt)} UTC)*`] : []),
  ].join('')
}

/** Entries a day at a time: each day under a heading of its own, which no row repeats. */
export async function* byDay(
  entries: AsyncIterable<Entry[]>,
  whole: Export,
  table: { head: string; row(entry: Entry): string },
): AsyncGenerator<string> {
  let today = ''
  for await (const batch of entries) {
    let text = ''
    for (const entry of batch) {
      const day = utc(occurredAt(whole.folded.order, entry)).slice(0, 10)
      if (day !== today) text += `${today === '' ? '' : '\n'}### ${day}\n\n${table.head}`
      today = day
      text += table.row(entry)
    }
    yield text
  }
}
