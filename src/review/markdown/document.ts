import { incidentName } from '../../incidents/incident.ts'
import type { Export } from '../export.ts'
import type { Writer } from '../file.ts'
import { decisions } from './decisions.ts'
import { durations } from './durations.ts'
import { gaps } from './gaps.ts'
import { integrity } from './integrity.ts'
import { links } from './links.ts'
import { operations } from './operations.ts'
import { output } from './output.ts'
import { people } from './people.ts'
import { anchor, type Section } from './section.ts'
import { summary } from './summary.ts'
import { tasks } from './tasks.ts'
import { md } from './text.ts'
import { timeline } from './timeline.ts'
import { updates } from './updates.ts'

/** In this order: what people want to know first, then all that happened, then why it can be believed. */
const SECTIONS: Section[] = [
  ...[durations, people, updates, decisions, operations, tasks, links, gaps, timeline, output, integrity],
]

/** More entries than anybody scrolls through. */
const LONG = 100

/** The export that people read. */
export async function writeMarkdown(whole: Export, file: Writer): Promise<void> {
  const { incident, folded } = whole
  await file.write(`# ${incidentName(incident.id)}: ${md(incident.title)}\n\n${summary(whole)}\n`)
  const sections = SECTIONS.filter((section) => section.isThere(whole))
  if (folded.entries > LONG) {
    const contents = sections.map(({ title }) => `[${title}](#${anchor(title)})`)
    await file.write(`\n${contents.join(' · ')}\n`)
  }
  for (const { title, parts } of sections) {
    await file.write(`\n## ${title}\n\n`)
    for await (const part of parts(whole)) await file.write(part)
  }
}
