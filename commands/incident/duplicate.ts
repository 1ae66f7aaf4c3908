import { z } from 'zod'
import { incidentName } from '../../src/incidents/incident.ts'
import { IncidentName } from '../arguments.ts'
import { choose, refuse } from '../command.ts'
import { done } from './answers.ts'
import { defineVerb } from './verb.ts'

export const duplicate = defineVerb({
  name: 'duplicate',
  aliases: ['dup', 'merge', 'same'],
  usage: '[of INC-n]',
  summary: 'This incident is the same as another one: it is cancelled, and the other goes on',
  examples: ['duplicate INC-9 of INC-7'],
  positionals: ['of'],
  rest: true,
  flags: [],
  args: z.strictObject({
    of: z
      .string()
      .transform((text) => text.replace(/^of\s+/i, ''))
      .pipe(IncidentName)
      .optional(),
  }),
  async run({ of }, { id }, gesture, { incidents }) {
    if (of === undefined) {
      const others = (await incidents.listOpen(gesture)).filter((other) => other.id !== id)
      if (others.length === 0) return refuse('Nothing changed: no other incident is open.')
      return choose(
        `Which incident is ${incidentName(id)} the same as?`,
        others.map((other) => ({
          label: `${incidentName(other.id)} ${other.title}`,
          line: `incident duplicate ${incidentName(id)} of ${incidentName(other.id)}`,
        })),
      )
    }
    return done(
      await incidents.duplicate(gesture, id, of),
      gesture,
      `is the same as ${incidentName(of)}, where it goes on.`,
    )
  },
})
