import { type Incident, incidentName } from '../incidents/incident.ts'
import { sha256 } from '../timeline/canonical.ts'
import { describe } from '../timeline/describe.ts'
import type { Entry } from '../timeline/entries.ts'
import type { StoredEntry } from '../timeline/verify.ts'
import type { ExportInput } from './export.ts'
import { nameIn } from './people.ts'

/**
 * The export for programs, and for `firebreak timeline verify FILE`. The shape is a promise: keys may be added within
 * version 1, none changes its meaning. Times are ISO 8601 in UTC, with milliseconds.
 *
 * An entry is a line, and the last line is a signature over all the bytes before it: so a file of any size can be
 * verified as it is read, and nothing in it can be changed or cut off unseen. It has to be kept as it came for that.
 */
export function toJson(input: ExportInput): string {
  const { incident, entries, stored, people, links, rootLink, verdict, zone, generatedAt, signer } = input
  const name = nameIn(people)
  const chain = incidentName(incident.id)
  const head = { chain, seq: entries.length, hash: entries.at(-1)?.hash ?? '' }
  const document = {
    format: 'firebreak.export',
    version: 1,
    generated_at: generatedAt,
    /** The zone of whoever asked, for showing times; none of the times here is in it. */
    zone,
    incident: { ...incidentOf(incident, name), link: rootLink },
    chain: {
      name: chain,
      head: verdict.ok ? head.hash : null,
      entries: entries.length,
      verified: verdict.ok,
      erased: verdict.ok ? entries.filter(({ body }) => body.type === 'erased').length : null,
      problem: verdict.problems[0]?.text ?? null,
    },
    people: [...people].map(([id, name]) => ({ id, name })).sort((a, b) => (a.id < b.id ? -1 : 1)),
  }
  const lines = [
    '{',
    ...Object.entries(document).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},`),
    '  "entries": [',
    entries
      .map((entry, i) => `    ${JSON.stringify(entryOf(entry, stored[i], name, links.get(entry.seq) ?? null))}`)
      .join(',\n'),
    '  ],\n',
  ].join('\n')
  const statement = { ...head, file: sha256(lines).toString('hex') }
  const { key, publicKey, signature } = signer.sign({ kind: 'export', of: statement })
  const seal = { ...statement, key, public_key: publicKey, signature }
  return `${lines}  "seal": ${JSON.stringify(seal)}\n}\n`
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

function entryOf(entry: Entry, stored: StoredEntry | undefined, name: (id: string) => string, link: string | null) {
  return {
    ...readable(entry),
    text: describe(entry, name),
    link,
    /** What was hashed, and what that commits to: null when it was erased. */
    bytes: stored?.bytes ?? null,
    salt: stored?.salt ?? null,
    payload: stored?.payload ?? null,
  }
}

/** An entry as a program reads it; verification makes it again of what was hashed, and compares. */
export function readable(entry: Entry) {
  const { type, ...data } = entry.body
  return {
    seq: entry.seq,
    type,
    subject: entry.subject,
    actor: entry.actor,
    occurred_at: entry.occurredAt,
    recorded_at: entry.recordedAt,
    cause: entry.cause,
    data,
    hash: entry.hash,
  }
}
