import type { Section } from './section.ts'
import { link, md } from './text.ts'

/** What people linked. */
export const links: Section = {
  title: 'Links',
  isThere: ({ folded }) => folded.order.has('links'),
  async *parts({ chain, folded }) {
    for await (const batch of chain.entries(folded.order.sorted('links'))) {
      yield batch
        .map(({ seq, actor, body }) => {
          if (body.type !== 'link.added') return ''
          const label = md(body.title ?? body.url)
          const target = link(label, body.url) || md(`${body.title ?? ''} ${body.url}`)
          return `- ${target} (#${seq}, ${md(actor.name)})\n`
        })
        .join('')
    }
  },
}
