import { z } from 'zod'
import { incidentName } from '../../src/incidents/incident.ts'
import { openModal } from '../../templates/open-modal.ts'
import { line, prose } from '../../templates/text.ts'
import { ServiceName, worded } from '../arguments.ts'
import { type Answer, choose, defineCommand, type Gesture, refuse, type Submit, say } from '../command.ts'
import type { Desk } from '../desk.ts'
import { nearestOf, quote } from '../grammar.ts'
import { refuseUnlessMember } from '../members.ts'
import { findSeverity, unknownSeverity } from './severity.ts'

export const TITLE_LIMIT = 200

export const open = defineCommand({
  name: 'open',
  aliases: ['new', 'declare', 'create', 'start'],
  usage: '[severity] [title] [--service name]',
  summary: 'Open an incident; bare, a form asks',
  examples: ['open P1', 'open P1 "Checkout times out" --service checkout'],
  positionals: ['severity', 'title'],
  rest: true,
  flags: ['service'],
  args: z.strictObject({
    severity: z.string().optional(),
    title: z.string().transform(worded).optional(),
    service: ServiceName.optional(),
  }),
  forms: { 'incident.open': submitted },

  async run({ severity: typed, title, service }, gesture, desk) {
    if (typed === undefined) return await openForm({ title: null, from: null, service: service ?? null }, desk)
    const severity = findSeverity(typed, desk.severities)
    const rest = `${title === undefined ? '' : ` ${quote(title)}`}${service === undefined ? '' : ` --service ${service}`}`
    if (!severity) {
      // “open checkout times out”: what came first may be the title.
      const meant = title === undefined ? quote(typed) : quote(`${typed} ${title}`)
      const more = service === undefined ? '' : ` --service ${service}`
      return unknownSeverity(typed, desk, (name) => `incident open ${name} ${meant}${more}`)
    }
    if (service !== undefined && !desk.services.includes(service)) {
      return unknownService(
        service,
        desk,
        (name) => `incident open ${severity.name}${rest.replace(/ --service .*$/, '')} --service ${name}`,
      )
    }
    return await openIncident(
      { severity: severity.name, title: title ?? null, service: service ?? null },
      gesture,
      desk,
    )
  },
})

/** The form; `from`: the message that it is opened from. */
export async function openForm(
  known: { title: string | null; from: string | null; service: string | null },
  { channels, severities, services }: Desk,
): Promise<Answer> {
  const noRoom = await channels.whyNoRoom()
  if (noRoom) return refuse(`Nothing was opened: ${noRoom}.`)
  return { kind: 'modal', modal: openModal({ severities, services, ...known }), line: 'incident open' }
}

async function submitted(...[{ values, metadata }, gesture, desk]: Parameters<Submit>): ReturnType<Submit> {
  const denial = refuseUnlessMember(gesture)
  if (denial) return denial
  const { severity = null, title = null, service = null } = values
  const known = desk.severities.find(({ name }) => name === severity)
  if (!known) return { errors: { severity: 'Pick a severity' } }
  if (service !== null && !desk.services.includes(service)) return { errors: { service: 'Pick one of the services' } }
  return await openIncident({ severity: known.name, title, service, from: metadata || null }, gesture, desk)
}

/** Opens it, typed or from the form. */
async function openIncident(
  opening: { severity: string; title: string | null; service: string | null; from?: string | null },
  gesture: Gesture,
  { incidents, channels }: Desk,
): Promise<Answer> {
  const noRoom = await channels.whyNoRoom()
  if (noRoom) return refuse(`Nothing was opened: ${noRoom}.`)
  const title = opening.title?.replaceAll('\0', '').trim() || null
  if (title && [...title].length > TITLE_LIMIT) {
    return refuse(
      `The title is too long: ${[...title].length} characters, and at most ${TITLE_LIMIT} are shown. Nothing was opened.`,
    )
  }
  const result = await incidents.open(gesture, { ...opening, title })
  if (result.kind === 'refused') return refuse(`Not opened: ${prose(result.reason, 800)}.`)
  const incident = await incidents.find(result.incident)
  return say(`*${incidentName(result.incident)}* is open in <#${incident?.channel}>; its thread is where it goes on.`)
}

/** `lineOf`: what was typed with another service in it. */
export function unknownService(typed: string, { services }: Desk, lineOf?: (name: string) => string): Answer {
  const nearest = nearestOf(typed, services)
  const says = `Nothing was done: there is no service “${line(typed, 80)}”.`
  if (nearest && lineOf)
    return choose(`${says} Did you mean \`${nearest}\`?`, [{ label: nearest, line: lineOf(nearest) }])
  if (nearest) return refuse(`${says} Did you mean \`${nearest}\`?`)
  return refuse(
    `${says} There is ${services
      .slice(0, 30)
      .map((name) => `\`${name}\``)
      .join(', ')}.`,
  )
}
