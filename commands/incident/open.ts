import { z } from 'zod'
import { incidentName, type Severity } from '../../src/incidents/incident.ts'
import { openModal } from '../../templates/open-modal.ts'
import { inline, line, prose } from '../../templates/text.ts'
import { ServiceName } from '../arguments.ts'
import { type Answer, defineCommand, type Gesture, refuse, say } from '../command.ts'
import type { Desk } from '../desk.ts'
import { nearestOf } from '../grammar.ts'

const TITLE_LIMIT = 200

export const open = defineCommand({
  name: 'open',
  aliases: ['new', 'declare', 'create'],
  usage: '[severity] [title] [--service name]',
  summary: 'Open an incident; bare, a form asks',
  examples: ['open P1', 'open P1 "Checkout times out" --service checkout'],
  positionals: ['severity', 'title'],
  rest: true,
  flags: ['service'],
  args: z.strictObject({
    severity: z.string().optional(),
    title: z.string().optional(),
    service: ServiceName.optional(),
  }),

  async run({ severity: typed, title, service }, gesture, desk) {
    if (typed === undefined) {
      const noRoom = await desk.channels.whyNoRoom()
      if (noRoom) return refuse(`Nothing was opened: ${noRoom}.`)
      return { kind: 'modal', modal: openModal({ severities: desk.severities, services: desk.services }) }
    }
    const severity = findSeverity(typed, desk.severities)
    if (!severity) return refuse(unknownSeverity(typed, desk))
    if (service !== undefined && !desk.services.includes(service)) return refuse(unknownService(service, desk))
    return await openIncident(
      { severity: severity.name, title: title ?? null, service: service ?? null },
      gesture,
      desk,
    )
  },
})

/** Opens it, typed or from the form. */
export async function openIncident(
  { severity, title, service }: { severity: string; title: string | null; service: string | null },
  gesture: Gesture,
  { incidents, channels }: Desk,
): Promise<Answer> {
  const noRoom = await channels.whyNoRoom()
  if (noRoom) return refuse(`Nothing was opened: ${noRoom}.`)
  const trimmed = title?.replaceAll('\0', '').trim() || null
  if (trimmed && [...trimmed].length > TITLE_LIMIT) {
    return refuse(
      `The title is too long: ${[...trimmed].length} characters, and at most ${TITLE_LIMIT} are shown. Nothing was opened.`,
    )
  }
  const result = await incidents.open(gesture, { severity, title: trimmed, service })
  if (result.kind === 'refused') return refuse(`Not opened: ${prose(result.reason, 800)}.`)
  const incident = await incidents.find(result.incident)
  return say(`*${incidentName(result.incident)}* is open in <#${incident?.channel}>; its thread is where it goes on.`)
}

/** By name or alias; capitals don't matter, nor does the dash of `SEV-1`. */
function findSeverity(typed: string, severities: Severity[]): Severity | undefined {
  const plain = (name: string) => name.toLowerCase().replaceAll('-', '')
  return severities.find(({ name, aliases }) => [name, ...aliases].some((known) => plain(known) === plain(typed)))
}

function unknownSeverity(typed: string, { severities, names }: Desk): string {
  const known = severities.map(({ name, description }) => `\`${name}\` ${line(description)}`).join(' · ')
  return `Nothing was opened: “${line(typed, 80)}” is no severity. There is ${known}.\nUsage: ${inline(`${names.incident} ${open.name} ${open.usage}`)}`
}

const unknownService = (typed: string, { services }: Desk): string => {
  const nearest = nearestOf(typed, services)
  const hint = nearest
    ? `Did you mean \`${nearest}\`?`
    : `There is ${services.map((name) => `\`${name}\``).join(', ')}.`
  return `Nothing was opened: there is no service “${line(typed, 80)}”. ${hint}`
}
