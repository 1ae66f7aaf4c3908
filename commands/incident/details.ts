import { z } from 'zod'
import type { Correction } from '../../src/incidents/correct.ts'
import { detailsModal } from '../../templates/incident-modals.ts'
import { line } from '../../templates/text.ts'
import { ServiceName, worded } from '../arguments.ts'
import { refuse } from '../command.ts'
import { inZone, Moment } from '../times.ts'
import { done } from './answers.ts'
import { formFor, onIncident } from './form.ts'
import { TITLE_LIMIT, unknownService } from './open.ts'
import { defineVerb } from './verb.ts'

const TIMES = { impact: 'impact_started_at', detected: 'detected_at', mitigated: 'mitigated_at' } as const

export const details = defineVerb({
  name: 'set',
  aliases: ['edit', 'details', 'rename', 'correct'],
  usage: '[--title "text"] [--service name] [--impact time] [--detected time] [--mitigated time]',
  summary: 'Set or correct what is known of it; bare, a form asks. Times are in your own zone',
  examples: ['set --impact 10:05 --detected 25m', 'set INC-7 --title "Checkout times out" --service checkout'],
  positionals: [],
  flags: ['title', 'service', 'impact', 'detected', 'mitigated'],
  args: z.strictObject({
    title: z
      .string()
      .transform(worded)
      .pipe(z.string().trim().min(1).max(TITLE_LIMIT, `must be at most ${TITLE_LIMIT} characters`))
      .optional(),
    service: ServiceName.optional(),
    impact: Moment.optional(),
    detected: Moment.optional(),
    mitigated: Moment.optional(),
  }),
  forms: {
    'incident.details': onIncident(async ({ values }, { id }, gesture, { incidents }) => {
      const title = values.title?.trim()
      if (!title) return { errors: { title: 'An incident needs a title' } }
      const corrections: Correction[] = [
        { field: 'title', to: title },
        ...('service' in values ? [{ field: 'service', to: values.service ?? null } as const] : []),
        ...Object.entries(TIMES).map(([name, field]) => ({ field, to: secondsAt(values[name] ?? null) })),
      ]
      const result = await incidents.correct(gesture, id, corrections)
      return result.kind === 'refused' ? { errors: { title: result.reason } } : done(result, gesture, 'is corrected.')
    }),
  },
  async run({ title, service, ...times }, incident, gesture, desk) {
    if (service !== undefined && !desk.services.includes(service)) return unknownService(service, desk)
    const now = new Date()
    const corrections: Correction[] = [
      ...(title === undefined ? [] : [{ field: 'title', to: title } as const]),
      ...(service === undefined ? [] : [{ field: 'service', to: service } as const]),
    ]
    for (const [name, field] of Object.entries(TIMES)) {
      const typed = times[name as keyof typeof TIMES]
      if (typed === undefined) continue
      const to = inZone(typed, gesture.person.zone, now)
      if (to === undefined) return refuse(`Nothing changed: there is no such time as “${line(typed, 40)}”.`)
      corrections.push({ field, to })
    }
    if (corrections.length === 0) return formFor(detailsModal(incident, desk.services), 'set', incident)
    return done(await desk.incidents.correct(gesture, incident.id, corrections), gesture, 'is corrected.')
  },
})

const secondsAt = (value: string | null): Date | null => (value === null ? null : new Date(Number(value) * 1000))
