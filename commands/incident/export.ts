import { z } from 'zod'
import { incidentName } from '../../src/incidents/incident.ts'
import { prose } from '../../templates/text.ts'
import { IncidentName } from '../arguments.ts'
import { defineCommand, refuse, say } from '../command.ts'
import { which } from './which.ts'

const PAST = 5

export const exportTimeline = defineCommand({
  name: 'export',
  aliases: ['postmortem'],
  usage: '[INC-n] [md|json]',
  summary: 'Upload an incident’s timeline to its thread, as Markdown or JSON',
  examples: ['export INC-7 md', 'export INC-7 json'],
  positionals: ['incident', 'format'],
  flags: [],
  args: z.preprocess(
    formatAlone,
    z.strictObject({
      incident: IncidentName.optional(),
      format: z
        .string()
        .toLowerCase()
        .pipe(z.enum(['md', 'json'], 'must be `md` or `json`'))
        .optional(),
    }),
  ),

  async run({ incident: named, format = 'md' }, gesture, desk) {
    const found = await which(named, gesture, desk, (name) => `incident export ${name} ${format}`, PAST)
    if ('answer' in found) return found.answer
    const unfit = await desk.channels.whyUnfit(found.incident.channel)
    if (unfit) return refuse(`Nothing was exported: ${unfit}.`)
    const result = await desk.incidents.export(gesture, found.incident.id, format)
    if (result.kind === 'refused') return refuse(`Nothing was exported: ${prose(result.reason, 800)}.`)
    return say(`The timeline of *${incidentName(found.incident.id)}* comes to its thread as a file.`)
  },
})

/** `export json`, in a thread, names no incident. */
function formatAlone(typed: unknown): unknown {
  const { incident, ...rest } = typed as { incident?: string; format?: string }
  return !rest.format && /^(md|json)$/i.test(incident ?? '') ? { format: incident } : typed
}
