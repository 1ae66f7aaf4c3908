import type { Entry } from '../../timeline/entries.ts'
import type { Export } from '../export.ts'
import { byDay, head, sentence, told } from './rows.ts'
import type { Section } from './section.ts'
import { md } from './text.ts'

/** What people decided, and what they put on record on purpose. */
export const decisions: Section = {
  title: 'Decisions',
  isThere: ({ folded }) => folded.order.has('decisions'),
  async *parts(whole) {
    const { chain, folded } = whole
    const row = (entry: Entry) => told(entry, whole, [decision(entry, whole)])
    yield* byDay(chain.entries(folded.order.sorted('decisions')), whole, {
      head: head(whole, ['What was decided']),
      row,
    })
  },
}

/** With what a change is, which its decisions only name. */
function decision(entry: Entry, whole: Export): string {
  const what = whole.folded.changes.get(entry.subject)?.line
  const mark = entry.body.type === 'message.marked' ? '📌 ' : ''
  return `${mark}${sentence(entry, whole)}${what === undefined ? '' : ` (${md(what)})`}`
}
