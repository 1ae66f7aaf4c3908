import { z } from 'zod'
import { incidentName } from '../../src/incidents/incident.ts'
import { changeName } from '../../src/operations/change.ts'
import { isFinal } from '../../src/operations/states.ts'
import { resolveModal } from '../../templates/incident-modals.ts'
import { prose } from '../../templates/text.ts'
import { worded } from '../arguments.ts'
import { type Answer, type Gesture, refuse, say } from '../command.ts'
import type { Desk } from '../desk.ts'
import { formFor, onIncident } from './form.ts'
import { defineVerb } from './verb.ts'

/** Both and the verb fit on a button, for when several incidents are open and one has to be picked. */
const Words = z.string().transform(worded).pipe(z.string().max(900, 'must be at most 900 characters'))

export const resolve = defineVerb({
  name: 'resolve',
  aliases: ['resolved', 'fixed'],
  usage: '[--cause "text"] [--fix "text"] [--form]',
  summary: 'Resolve an incident at once; cause and fix may stay unknown yet',
  examples: ['resolve', 'resolve INC-7 --cause "payment provider slow" --fix "scaled checkout to 5"'],
  positionals: [],
  flags: ['cause', 'fix'],
  switches: ['form'],
  args: z.strictObject({ cause: Words.optional(), fix: Words.optional(), form: z.string().optional() }),
  forms: {
    'incident.resolve': onIncident(async ({ values }, { id, mitigatedAt }, gesture, desk) => {
      const known = { cause: values.cause?.trim() || null, fix: values.fix?.trim() || null }
      const mitigated = values.mitigated ? new Date(Number(values.mitigated) * 1000) : null
      if (mitigated && mitigated.getTime() > Date.now()) return { errors: { mitigated: 'That time has not come yet' } }
      const answer = await end(id, known, gesture, desk)
      const corrected = mitigated && Math.abs(mitigated.getTime() - (mitigatedAt?.getTime() ?? 0)) >= 60_000
      if (corrected && !('refused' in answer)) {
        const asked = { ...gesture, cause: `${gesture.cause}#mitigated` }
        await desk.incidents.correct(asked, id, [{ field: 'mitigated_at', to: mitigated }])
      }
      return answer
    }),
  },
  run: async ({ cause = null, fix = null, form }, incident, gesture, desk) =>
    form
      ? {
          ...formFor(resolveModal(incident), 'resolve', incident),
          line: `incident resolve ${incidentName(incident.id)} --form`,
        }
      : await end(incident.id, { cause, fix }, gesture, desk),
})

async function end(
  id: number,
  known: { cause: string | null; fix: string | null },
  gesture: Gesture,
  { incidents, engine }: Desk,
): Promise<Answer> {
  const result = await incidents.move(gesture, id, 'resolved', known)
  if (result.kind === 'refused') return refuse(`Nothing changed: ${prose(result.reason, 800)}.`)
  const waiting = (await engine.changesOf(id)).filter(({ state }) => !isFinal(state))
  const still = waiting.map((change) => `${changeName(change.id)} (${change.state})`).join(', ')
  return say(
    `*${incidentName(id)}* is resolved.${still && ` Not over yet: ${still}. Reject what is not wanted any more.`}`,
  )
}
