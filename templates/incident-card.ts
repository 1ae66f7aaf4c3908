import { type Incident, incidentName, isOpen, type Severity } from '../src/incidents/incident.ts'
import { actions, type Button, button, HEADER, header, section } from './blocks.ts'
import type { Block, Message } from './message.ts'
import { inline, line, person, took, when } from './text.ts'

/** The root message of an incident, edited through its life. */
export function incidentCard(incident: Incident, severity: Severity | undefined): Message {
  const name = incidentName(incident.id)
  const title = `${name} · ${incident.severity} · ${incident.title}`
  const facts = factsOf(incident, severity).map(([label, value]) => `*${label}:* ${value}`)
  const blocks: Block[] = [
    header(title),
    ...(title.length > HEADER ? [section(line(incident.title, 1000))] : []),
    section(facts.join('\n')),
    actions(`${name}.${incident.status}`, buttonsOf(incident)),
  ]
  return { text: [`*${line(title, 600)}*`, ...facts].join('\n'), blocks }
}

function factsOf(incident: Incident, severity: Severity | undefined): [label: string, value: string][] {
  const facts: [string, string][] = [
    ['Severity', line([incident.severity, severity?.description].filter(Boolean).join(' – '), 200)],
    ['Status', incident.status],
    ['Service', incident.service ? inline(incident.service, 200) : 'not named'],
    ['Commander', person(incident.commander)],
    ['Declared', when(incident.declaredAt)],
  ]
  if (isOpen(incident.status) || !incident.resolvedAt) return facts
  return [...facts, ['Resolved', `${when(incident.resolvedAt)}, after ${lasted(incident)}`], ...conclusion(incident)]
}

/** From the declaration to the resolution: `42 min 5 s`. No clock is read here: what is open has no length yet. */
export const lasted = ({ declaredAt, resolvedAt }: Incident): string =>
  resolvedAt ? took(resolvedAt.getTime() - declaredAt.getTime()) : 'not yet resolved'

export const conclusion = ({ cause, fix }: Incident): [label: string, value: string][] => [
  ['Cause', cause ? line(cause, 800) : 'unknown yet'],
  ['Fix', fix ? line(fix, 800) : 'unknown yet'],
]

function buttonsOf(incident: Incident): Button[] {
  const value = incidentName(incident.id)
  const exporting = button({ label: 'Export', action: 'incident.export', value })
  if (!isOpen(incident.status)) return [exporting]
  return [
    button({
      label: 'Resolve',
      action: 'incident.resolve',
      value,
      confirm: {
        title: `Resolve ${value}?`,
        text: 'The card will say that it is resolved, cause and fix unknown yet. The command takes them: resolve --cause "…" --fix "…"',
        yes: 'Resolve',
      },
    }),
    button({ label: 'Status', action: 'incident.status', value }),
    exporting,
  ]
}
