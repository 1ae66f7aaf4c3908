import { byDay, head, remark, sentence, told } from './rows.ts'
import type { Section } from './section.ts'
import { link } from './text.ts'

/** All of it, by the time when it happened. */
export const timeline: Section = {
  title: 'Timeline',
  isThere: () => true,
  async *parts(whole) {
    const { chain, folded, linkOf } = whole
    yield* byDay(chain.entries(folded.order.sorted('timeline')), whole, {
      head: head(whole, ['What happened', 'In Slack']),
      row(entry) {
        const what = `${sentence(entry, whole)}${remark(entry, whole)}`
        return told(entry, whole, [what, link('message', linkOf(entry))])
      },
    })
  },
}
