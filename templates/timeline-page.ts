import { userOf } from '../src/identity/person.ts'
import { describe } from '../src/timeline/describe.ts'
import type { Entry } from '../src/timeline/entries.ts'
import { line, when, within } from './text.ts'

/** Slack recommends no longer text. */
const TEXT = 3_000
const LINE = 230

/** Some entries, in their order, each as one sentence with its number and its time. */
export function timelinePage(name: string, entries: Entry[]): string {
  if (entries.length === 0) return `${name} has no entry before that.`
  const [first, last] = [entries[0]?.seq, entries.at(-1)?.seq]
  const heading = first === last ? `*${name}, entry ${first}*` : `*${name}, entries ${first} to ${last}*`
  return within([heading, ...entries.map(sentence)], TEXT)
}

/** People are told by mentions, which ping nobody in what one person alone sees. */
const sentence = (entry: Entry): string =>
  `\`${entry.seq}\` ${when(entry.occurredAt)} ${line(
    describe(entry, (id) => `@${userOf(id)}`),
    LINE,
  ).replace(/@([UW][A-Z0-9]{2,})\b/g, '<@$1>')}`
