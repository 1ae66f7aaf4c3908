import { z } from 'zod'
import { type Incident, incidentName, KINDS, type Kind, visibilityOf } from '../../src/incidents/incident.ts'
import type { Opening } from '../../src/incidents/open.ts'
import { openModal, SORTS } from '../../templates/open-modal.ts'
import { line, prose } from '../../templates/text.ts'
import { ServiceName, worded } from '../arguments.ts'
import { type Answer, choose, defineCommand, type Gesture, refuse, type Submit, say } from '../command.ts'
import type { Desk } from '../desk.ts'
import { nearestOf, quote } from '../grammar.ts'
import { refuseUnlessMember } from '../members.ts'
import { findSeverity, unknownSeverity } from './severity.ts'

export const TITLE_LIMIT = 200

type Visibility = Incident['visibility']

export const open = defineCommand({
  name: 'open',
  aliases: ['new', 'declare', 'create', 'start'],
  usage: '[severity] [title] [--service name] [--private] [--kind security]',
  summary: 'Open an incident; bare, a form asks',
  examples: ['open P1', 'open P1 "Keys leaked" --kind security', 'open P1 "Checkout times out" --service checkout'],
  positionals: ['severity', 'title'],
  rest: true,
  flags: ['service', 'kind'],
  switches: ['private', 'public'],
  args: z.strictObject({
    severity: z.string().optional(),
    title: z.string().transform(worded).optional(),
    service: ServiceName.optional(),
    kind: z
      .string()
      .toLowerCase()
      .pipe(z.enum(KINDS, `must be one of ${KINDS.join(', ')}`))
      .optional(),
    private: z.string().optional(),
    public: z.string().optional(),
  }),
  forms: { 'incident.open': submitted },

  async run({ severity: typed, title, service, kind = 'operational', ...seen }, gesture, desk) {
    if (seen.private && seen.public) return refuse('Nothing was opened: it is either `--private` or `--public`.')
    const visibility = seen.private ? 'private' : seen.public ? 'public' : visibilityOf(kind)
    if (typed === undefined) {
      return await openForm({ title: null, from: null, service: service ?? null, kind, visibility }, desk)
    }
    const severity = findSeverity(typed, desk.severities)
    // What a tap runs says as much as what was typed.
    const flags = `${kind === 'operational' ? '' : ` --kind ${kind}`}${visibility === visibilityOf(kind) ? '' : ` --${visibility}`}`
    const about = service === undefined ? '' : ` --service ${service}`
    if (!severity) {
      // “open checkout times out”: what came first may be the title.
      const meant = title === undefined ? quote(typed) : quote(`${typed} ${title}`)
      return unknownSeverity(typed, desk, (name) => `incident open ${name} ${meant}${about}${flags}`)
    }
    if (service !== undefined && !desk.services.includes(service)) {
      const named = title === undefined ? '' : ` ${quote(title)}`
      return unknownService(service, desk, (name) => `incident open ${severity.name}${named} --service ${name}${flags}`)
    }
    const opening = { severity: severity.name, title: title ?? null, service: service ?? null, kind, visibility }
    return await openIncident(opening, gesture, desk)
  },
})

/** The form; `from`: the message that it is opened from. */
export async function openForm(
  known: { title: string | null; from: string | null; service: string | null; kind?: Kind; visibility?: Visibility },
  { channels, severities, services }: Desk,
): Promise<Answer> {
  const noRoom = await channels.whyNoRoom(known.visibility)
  if (noRoom) return refuse(`Nothing was opened: ${noRoom}.`)
  const modal = openModal({ severities, services, mayBePrivate: channels.mayMake('private'), ...known })
  return { kind: 'modal', modal, line: 'incident open' }
}

async function submitted(...[{ values, metadata }, gesture, desk]: Parameters<Submit>): ReturnType<Submit> {
  const denial = refuseUnlessMember(gesture)
  if (denial) return denial
  const { severity = null, title = null, service = null, kind: chosen } = values
  const sort = SORTS.find(({ value }) => value === chosen) ?? SORTS[0]
  const known = desk.severities.find(({ name }) => name === severity)
  if (!known) return { errors: { severity: 'Pick a severity' } }
  if (service !== null && !desk.services.includes(service)) return { errors: { service: 'Pick one of the services' } }
  const { kind, visibility } = sort
  const opening = { severity: known.name, title, service, kind, visibility, from: metadata || null }
  return await openIncident(opening, gesture, desk)
}

/** Opens it, typed or from the form. */
async function openIncident(
  opening: Opening & { visibility: Visibility },
  gesture: Gesture,
  { incidents, channels }: Desk,
): Promise<Answer> {
  const noRoom = await channels.whyNoRoom(opening.visibility)
  if (noRoom) return refuse(`Nothing was opened: ${noRoom}.`)
  const title = opening.title?.replaceAll('\0', '').trim() || null
  if (title && [...title].length > TITLE_LIMIT) {
    return refuse(
      `The title is too long: ${[...title].length} characters, and at most ${TITLE_LIMIT} are shown. Nothing was opened.`,
    )
  }
  const result = await incidents.open(gesture, { ...opening, title })
  if (result.kind === 'refused') return refuse(`Not opened: ${prose(result.reason, 800)}.`)
  const incident = await incidents.find(gesture, result.incident)
  const name = `*${incidentName(result.incident)}*`
  if (incident && !incident.ownRoom) {
    return say(`${name} is open in <#${incident.channel}>; its thread is where it goes on.`)
  }
  const room = opening.visibility === 'private' ? 'a private channel' : 'a channel'
  return say(`${name} is open, and gets ${room} of its own: you are invited into it.`)
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
