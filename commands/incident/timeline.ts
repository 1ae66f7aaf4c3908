import { z } from 'zod'
import { incidentName } from '../../src/incidents/incident.ts'
import { line, prose } from '../../templates/text.ts'
import { timelinePage } from '../../templates/timeline-page.ts'
import { wholeNumber } from '../arguments.ts'
import { choose, refuse, say } from '../command.ts'
import { inZone, Moment } from '../times.ts'
import { done } from './answers.ts'
import { defineVerb } from './verb.ts'

const PAGE = 12

export const timeline = defineVerb({
  name: 'timeline',
  aliases: ['catchup', 'history', 'recap'],
  usage: '[--before n] [--entry n --at time]',
  summary: 'Show the last entries, page by page; --entry and --at correct when one happened',
  examples: ['timeline', 'timeline --entry 12 --at 10:05'],
  positionals: [],
  flags: ['before', 'entry', 'at'],
  past: 5,
  args: z.strictObject({
    before: wholeNumber(1, 1_000_000_000).optional(),
    entry: wholeNumber(1, 1_000_000_000).optional(),
    at: Moment.optional(),
  }),
  async run({ before, entry, at }, { id }, gesture, { incidents }) {
    if ((entry === undefined) !== (at === undefined)) {
      return refuse('Nothing changed: `--entry 12 --at 10:05` corrects when an entry happened, and takes both.')
    }
    if (entry !== undefined && at !== undefined) {
      const occurredAt = inZone(at, gesture.person.zone, new Date())
      if (!occurredAt) return refuse(`Nothing changed: there is no such time as “${line(at, 40)}”.`)
      const result = await incidents.correctEntry(gesture, id, { entry, occurredAt })
      if (result.kind === 'refused') return refuse(`Nothing changed: ${prose(result.reason, 800)}.`)
      return done(result, { ...gesture, incident: null }, `has that on record: entry ${entry} is corrected.`)
    }
    const entries = await incidents.entries(id, { before: before ?? Number.MAX_SAFE_INTEGER, limit: PAGE })
    const text = timelinePage(incidentName(id), entries)
    const [first] = entries
    if (!first || first.seq === 1) return say(text)
    const name = incidentName(id)
    return choose(text, [
      { label: 'Older', line: `incident timeline ${name} --before ${first.seq}` },
      { label: 'Newest', line: `incident timeline ${name}` },
      { label: 'Export it', line: `incident export ${name} md` },
    ])
  },
})
