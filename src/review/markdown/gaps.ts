import type { Gap } from '../gap.ts'
import type { Clock } from '../times.ts'
import type { Section } from './section.ts'
import { md } from './text.ts'

/** What a reviewer should ask about. */
export const gaps: Section = {
  title: 'Gaps',
  isThere: ({ gaps }) => gaps.length > 0,
  *parts({ gaps, clock }) {
    yield gaps.map((gap) => `- ⚠️ ${md(sentence(gap.text))}${time(gap, clock)}\n`).join('')
  },
}

function time({ from, to }: Gap, { stamp, span }: Clock): string {
  if (!from) return ''
  return to ? `: ${span(from, to)}` : `: since ${stamp(from)}`
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`
