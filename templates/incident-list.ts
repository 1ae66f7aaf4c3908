import { type Incident, incidentName } from '../src/incidents/incident.ts'
import { type Change, changeName } from '../src/operations/change.ts'
import type { ReviewItem } from '../src/operations/reviews/store.ts'
import { conclusion, lasted } from './incident-card.ts'
import { inline, line, person, when, within } from './text.ts'

/** Slack recommends no longer text. */
const TEXT = 4_000

/** `/incident list`: what is open, then what was. Newest first, as they come. */
export function incidentList(open: Incident[], past: Incident[], command = '/incident'): string {
  const nothing = `No incident is open. ${inline(`${command} open P1 "What is wrong"`)} opens one.`
  return within(
    [
      open.length === 0 ? nothing : `*Open (${open.length})*`,
      ...open.map((incident) => `• ${titleOf(incident)}\n   ${incident.status}, ${leads(incident)}`),
      ...(past.length === 0 ? [] : ['*Over*']),
      ...past.map((incident) => `• ${titleOf(incident)}\n   ${incident.status}, ${ended(incident)}`),
    ],
    TEXT,
  )
}

/** `/incident status`: where it stands, and what was done to production. */
export function incidentStatus(incident: Incident, changes: Change[], items: ReviewItem[]): string {
  const lines = [
    titleOf(incident),
    `*Status:* ${incident.status}, ${incident.resolvedAt ? ended(incident) : leads(incident)}`,
    `*Service:* ${incident.service ? inline(incident.service, 200) : 'not named'}`,
    ...conclusion(incident).map(([label, value]) => `*${label}:* ${value}`),
    changes.length === 0 ? 'No changes were asked for yet.' : '*Changes*',
    ...changes.map((change) => `• ${changeName(change.id)} ${inline(change.line, 200)} ${standing(change)}`),
    ...(items.length === 0 ? [] : ['*The review has to answer*']),
    ...items.map(({ text, settledAt }) => `• ${settledAt ? '☑️ ' : ''}${line(text, 600)}`),
  ]
  return within(lines, TEXT)
}

export const titleOf = ({ id, severity, title }: Incident): string =>
  `*${incidentName(id)} · ${line(severity, 40)}* · ${line(title, 150)}`

export const leads = ({ commander, declaredAt }: Incident): string =>
  `led by ${person(commander)}, declared ${when(declaredAt)}`

const ended = (incident: Incident): string =>
  incident.resolvedAt
    ? `${when(incident.resolvedAt)}, after ${lasted(incident)}`
    : `declared ${when(incident.declaredAt)}`

const standing = ({ state, detail }: Change): string => (detail ? `${state}: ${line(detail, 200)}` : state)
