import { type Incident, incidentName } from '../incidents/incident.ts'
import { describe } from '../timeline/describe.ts'
import type { Entry } from '../timeline/entries.ts'
import type { ExportInput } from './export.ts'
import { nameIn } from './people.ts'

/**
 * The export for programs. The shape is a promise: keys may be added within version 1, none changes its meaning. Times
 * are ISO 8601 in UTC, with milliseconds.
 */
export function toJson({
  incident,
  entries,
  people,
  links,
  rootLink,
  verdict,
  zone,
  generatedAt,
}: ExportInput): string {
  const name = nameIn(people)
  const document = {
    format: 'firebreak.export',
    version: 1,
    generated_at: generatedAt,
    /** The zone of whoever asked, for showing times; none of the times here is in it. */
    zone,
    incident: { ...incidentOf(incident, name), link: rootLink },
    entries: entries.map((entry) => entryOf(entry, name, links.get(entry.seq) ?? null)),
    chain: {
      name: incidentName(incident.id),
      head: verdict.ok ? verdict.head : null,
      entries: verdict.ok ? verdict.entries : entries.length,
      verified: verdict.ok,
      erased: verdict.ok ? verdict.erased : null,
      problem: verdict.ok ? null : `entry ${verdict.seq}: ${verdict.problem}`,
    },
    people: [...people].map(([id, name]) => ({ id, name })).sort((a, b) => (a.id < b.id ? -1 : 1)),
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

function incidentOf(incident: Incident, name: (id: string) => string) {
  return {
    id: incidentName(incident.id),
    title: incident.title,
    severity: incident.severity,
    status: incident.status,
    kind: incident.kind,
    visibility: incident.visibility,
    world: incident.world,
    service: incident.service,
    commander: { id: incident.commander, name: name(incident.commander) },
    opened_by: { id: incident.openedBy, name: name(incident.openedBy) },
    impact_started_at: incident.impactStartedAt,
    detected_at: incident.detectedAt,
    declared_at: incident.declaredAt,
    acknowledged_at: incident.acknowledgedAt,
    mitigated_at: incident.mitigatedAt,
    resolved_at: incident.resolvedAt,
    cause: incident.cause,
    fix: incident.fix,
  }
}

function entryOf(entry: Entry, name: (id: string) => string, link: string | null) {
  const { type, ...data } = entry.body
  return {
    seq: entry.seq,
    type,
    subject: entry.subject,
    actor: { id: entry.actor.id, name: entry.actor.name },
    occurred_at: entry.occurredAt,
    recorded_at: entry.recordedAt,
    cause: entry.cause,
    data,
    hash: entry.hash,
    text: describe(entry, name),
    link,
  }
}
