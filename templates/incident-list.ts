import { type Incident, incidentName, type Severity } from '../src/incidents/incident.ts'
import { type Change, changeName } from '../src/operations/change.ts'
import type { ReviewItem } from '../src/operations/reviews/store.ts'
import { conclusion, factsOf, lasted } from './incident-card.ts'
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

/** What `status` tells of an incident. */
export interface Standing {
  severity: Severity | undefined
  changes: Change[]
  items: ReviewItem[]
  /** What is to be done and isn't. */
  tasks: { text: string; owner: string }[]
  /** Newest first. */
  links: { url: string; title: string | null }[]
}

/** `/incident status`: where it stands, who does what, and what was done to production. */
export function incidentStatus(incident: Incident, { severity, changes, items, tasks, links }: Standing): string {
  const over = incident.resolvedAt !== null
  const facts = [...factsOf(incident, severity, { live: [], duplicates: [] }), ...(over ? [] : conclusion(incident))]
  const lines = [
    titleOf(incident),
    ...facts.filter(([label]) => label !== 'Severity').map(([label, value]) => `*${label}:* ${value}`),
    changes.length === 0 ? 'No changes were asked for yet.' : '*Changes*',
    ...changes.map((change) => `• ${changeName(change.id)} ${inline(change.line, 200)} ${standing(change)}`),
    ...(items.length === 0 ? [] : ['*The review has to answer*']),
    ...items.map(({ text, settledAt }) => `• ${settledAt ? '☑️ ' : ''}${line(text, 600)}`),
    ...(tasks.length === 0 ? [] : ['*To be done*']),
    ...tasks.map(({ text, owner }) => `• ${line(text, 300)} (${person(owner)})`),
    ...(links.length === 0 ? [] : ['*Links*']),
    ...links.map(({ url, title }) => `• ${title ? `${line(title, 100)}: ` : ''}${line(url, 500)}`),
  ]
  return within(lines, TEXT)
}

export const titleOf = ({ id, severity, title, visibility }: Incident): string =>
  `${visibility === 'private' ? '🔒 ' : ''}*${incidentName(id)} · ${line(severity, 40)}* · ${line(title, 150)}`

export const leads = ({ commander, declaredAt }: Incident): string =>
  `led by ${person(commander)}, declared ${when(declaredAt)}`

const ended = (incident: Incident): string =>
  incident.resolvedAt
    ? `${when(incident.resolvedAt)}, after ${lasted(incident)}`
    : `declared ${when(incident.declaredAt)}`

const standing = ({ state, detail }: Change): string => (detail ? `${state}: ${line(detail, 200)}` : state)
