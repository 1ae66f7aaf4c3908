import type { Section } from './section.ts'
import { fenced, md } from './text.ts'

/** What reads showed, whole: a table cell is no place for a log. */
export const output: Section = {
  title: 'Output',
  isThere: ({ folded }) => folded.order.has('output'),
  async *parts({ chain, folded }) {
    let before = ''
    for await (const batch of chain.entries(folded.order.sorted('output'))) {
      for (const { seq, body } of batch) {
        if (body.type !== 'operation.read') continue
        yield `${before}### #${seq} · ${md(body.line)}\n\n${fenced(body.detail)}\n`
        before = '\n'
      }
    }
  },
}
