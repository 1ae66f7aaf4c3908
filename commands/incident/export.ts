import { z } from 'zod'
import { incidentName } from '../../src/incidents/incident.ts'
import { prose } from '../../templates/text.ts'
import { refuse, say } from '../command.ts'
import { defineVerb } from './verb.ts'

export const exportTimeline = defineVerb({
  name: 'export',
  aliases: ['postmortem'],
  usage: '[md|json]',
  summary: 'Upload an incident’s timeline to its thread, as Markdown or JSON',
  examples: ['export INC-7 md', 'export INC-7 json'],
  positionals: ['format'],
  flags: [],
  past: 5,
  args: z.strictObject({
    format: z
      .string()
      .toLowerCase()
      .pipe(z.enum(['md', 'json'], 'must be `md` or `json`'))
      .optional(),
  }),

  async run({ format = 'md' }, { id, channel }, gesture, desk) {
    const unfit = channel === null ? null : await desk.channels.whyUnfit(channel)
    if (unfit) return refuse(`Nothing was exported: ${unfit}.`)
    const result = await desk.incidents.export(gesture, id, format)
    if (result.kind === 'refused') return refuse(`Nothing was exported: ${prose(result.reason, 800)}.`)
    return say(`The timeline of *${incidentName(id)}* comes to its thread as a file.`)
  },
})
