import { type Incident, incidentName } from '../incidents/incident.ts'
import { holderOf, ROLES } from '../incidents/roles.ts'
import { type Facts, toldBy } from '../timeline/chain.ts'
import { describe } from '../timeline/describe.ts'
import type { EntryBody } from '../timeline/entries.ts'
import type { StoredEntry } from '../timeline/verify.ts'
import { type Course, intervalsOf } from './course.ts'
import type { Export } from './export.ts'
import type { Writer } from './file.ts'
import { SCHEMA_ID } from './schema/document.ts'

/**
 * The export for programs, and for `firebreak timeline verify FILE`. The shape is a promise (docs/export.schema.json):
 * keys may be added within version 1, none changes its meaning. Times are ISO 8601 in UTC, with milliseconds.
 *
 * An entry is a line, and the last line is a signature over all the bytes before it: so a file of any size can be
 * verified as it is read, and nothing in it can be changed or cut off unseen. It has to be kept as it came for that.
 */
export async function writeJson(whole: Export, file: Writer): Promise<void> {
  const { chain, folded, signer } = whole
  const lines = Object.entries(headerOf(whole)).map(
    ([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},`,
  )
  await file.write(['{', ...lines, '  "entries": ['].join('\n'))
  let before = '\n'
  for await (const batch of chain.sealed()) {
    for (const stored of batch) {
      await file.write(`${before}    ${JSON.stringify(entryOf(stored, whole))}`)
      before = ',\n'
    }
  }
  await file.write('\n  ],\n')
  const head = { chain: incidentName(whole.incident.id), seq: folded.entries, hash: folded.head }
  const statement = { ...head, file: file.digest() }
  const { key, publicKey, signature } = signer.sign({ kind: 'export', of: statement })
  await file.write(`  "seal": ${JSON.stringify({ ...statement, key, public_key: publicKey, signature })}\n}\n`)
}

function headerOf({ incident, folded, verdict, course, gaps, tasks, people, name, ...rest }: Export) {
  const person = (id: string) => ({ id, name: name(id) })
  return {
    format: 'firebreak.export',
    version: 1,
    schema: SCHEMA_ID,
    generated_at: rest.generatedAt,
    /** The zone of whoever asked, for showing times; none of the times here is in it. */
    zone: rest.zone,
    incident: { ...incidentOf(incident, course, person), link: rest.rootLink },
    chain: {
      name: incidentName(incident.id),
      head: verdict.ok ? folded.head : null,
      entries: folded.entries,
      verified: verdict.ok,
      erased: verdict.ok ? folded.erased : null,
      problem: verdict.problems[0]?.text ?? null,
    },
    durations: intervalsOf(course).map(({ span: _, ...interval }) => interval),
    gaps: gaps.map(({ kind, text, from, to }) => ({ kind, text, from, to })),
    tasks: tasks.map(({ id, kind, text, owner, raisedBy, raisedAt, settledBy, settledAt }) => ({
      ...{ id, kind, text, owner: person(owner), raised_by: person(raisedBy), raised_at: raisedAt },
      ...{ settled_by: settledBy && person(settledBy), settled_at: settledAt },
    })),
    people: [...people].map(([id, name]) => ({ id, name })).sort((a, b) => (a.id < b.id ? -1 : 1)),
  }
}

function incidentOf(incident: Incident, course: Course, person: (id: string) => { id: string; name: string }) {
  const roles = ROLES.flatMap(({ name }) => {
    const holder = holderOf(incident, name)
    return holder === null ? [] : [{ role: name, ...person(holder) }]
  })
  return {
    id: incidentName(incident.id),
    title: incident.title,
    severity: incident.severity,
    status: incident.status,
    kind: incident.kind,
    visibility: incident.visibility,
    world: incident.world,
    service: incident.service,
    commander: person(incident.commander),
    opened_by: person(incident.openedBy),
    roles,
    impact_started_at: course.impactStarted,
    detected_at: course.detected,
    declared_at: course.declared,
    acknowledged_at: course.acknowledged,
    mitigated_at: course.mitigated,
    resolved_at: course.resolved,
    closed_at: course.closed,
    duplicate_of: incident.duplicateOf === null ? null : incidentName(incident.duplicateOf),
    cause: incident.cause,
    fix: incident.fix,
  }
}

function entryOf(stored: StoredEntry, { name, linkOf }: Export) {
  const { bytes, salt, payload } = stored
  const read = readable(stored)
  const { seq, subject, actor, type, data } = read
  const told = { seq, subject, actor, body: { type, ...data } as EntryBody }
  /** What was hashed, and what that commits to: null when it was erased. */
  const hashed = { bytes, salt, payload }
  return Object.assign(read, { text: describe(told, name), link: linkOf(told) }, hashed)
}

/** An entry as a program reads it; verification makes it again of what was hashed, and compares. */
export function readable({ bytes, hash, payload }: StoredEntry) {
  const facts = JSON.parse(bytes) as Facts
  const { seq, subject, occurred_at, recorded_at, cause } = facts
  const { actor, type, data } = toldBy(facts, payload)
  return { seq, type, subject, actor, occurred_at, recorded_at, cause, data, hash }
}
