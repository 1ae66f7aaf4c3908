import type { Entry } from '../../timeline/entries.ts'
import type { Export } from '../export.ts'
import { occurredAt } from '../fold/order.ts'
import type { Section } from './section.ts'
import { link, md, quoted } from './text.ts'

/** The status updates, as they were posted. */
export const updates: Section = {
  title: 'Status updates',
  isThere: ({ folded }) => folded.order.has('updates'),
  async *parts(whole) {
    let before = ''
    for await (const batch of whole.chain.entries(whole.folded.order.sorted('updates'))) {
      for (const entry of batch) {
        yield `${before}${update(entry, whole)}`
        before = '\n'
      }
    }
  },
}

/** A line that Slack shows in italics: who promised what is said so. */
const ITALIC = /^_(.+)_$/gm

function update(entry: Entry, { folded, clock, linkOf, plain }: Export): string {
  const { actor, body } = entry
  if (body.type !== 'incident.updated') return ''
  const next = body.next ? `Next one promised for ${clock.stamp(new Date(body.next))}.` : 'No next one promised.'
  const told = [
    ...[`**${clock.stamp(occurredAt(folded.order, entry))}**`, md(body.status), md(actor.name)],
    ...[link('message', linkOf(entry))].filter((text) => text !== ''),
  ]
  return `${told.join(' · ')}\n\n${quoted(plain(body.text).replace(ITALIC, '$1'))}\n\n${next}\n`
}
