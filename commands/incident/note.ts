import { z } from 'zod'
import { noteModal } from '../../templates/incident-modals.ts'
import { worded } from '../arguments.ts'
import { refuse } from '../command.ts'
import { inZone, Moment } from '../times.ts'
import { done } from './answers.ts'
import { formFor, onIncident } from './form.ts'
import { defineVerb } from './verb.ts'

/** Long enough for a paragraph, and what a form takes. */
const MOST = 3_000

export const note = defineVerb({
  name: 'note',
  aliases: ['add', 'log', 'remember'],
  usage: '[text] [--at time]',
  summary: 'Put something into the timeline, from anywhere; bare, a form asks',
  examples: ['note the provider confirmed an outage', 'note "first customer complaint" --at 10:05'],
  positionals: ['text'],
  rest: true,
  flags: ['at'],
  args: z.strictObject({
    text: z
      .string()
      .transform(worded)
      .pipe(z.string().max(MOST, `must be at most ${MOST} characters`))
      .optional(),
    at: Moment.optional(),
  }),
  forms: {
    'incident.note': onIncident(async ({ values }, { id }, gesture, { incidents }) => {
      const text = values.text?.trim()
      if (!text) return { errors: { text: 'Say what happened' } }
      const at = values.at ? new Date(Number(values.at) * 1000) : null
      const result = await incidents.addNote(gesture, id, { text, at, link: null, author: null })
      if (result.kind === 'refused') return { errors: { text: result.reason } }
      return done(result, { ...gesture, incident: null }, 'has that in its timeline.')
    }),
  },
  async run({ text, at }, incident, gesture, { incidents }) {
    if (text === undefined) return formFor(noteModal(incident), 'note', incident)
    const time = at === undefined ? null : inZone(at, gesture.person.zone, new Date())
    if (time === undefined) return refuse(`Nothing changed: there is no such time as “${at}”.`)
    const result = await incidents.addNote(gesture, incident.id, { text, at: time, link: null, author: null })
    return done(result, { ...gesture, incident: null }, 'has that in its timeline.')
  },
})
