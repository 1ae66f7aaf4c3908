import { took } from '../../templates/text.ts'
import { incidentName } from '../incidents/incident.ts'
import { type Change, changeName } from '../operations/change.ts'
import { describe } from '../timeline/describe.ts'
import type { Entry } from '../timeline/entries.ts'
import type { ExportInput } from './export.ts'
import { fenced, link, md, table } from './markdown-text.ts'
import { nameIn, partsOf } from './people.ts'
import { intervalsOf, inZone, knownZone, utc } from './times.ts'

/** The export that people read: what happened first, then all of it, then why it can be believed. */
export function toMarkdown(input: ExportInput): string {
  const { incident } = input
  const sections = [
    `# ${incidentName(incident.id)}: ${md(incident.title)}`,
    summary(input),
    durations(input),
    people(input),
    operations(input),
    timeline(input),
    output(input),
    integrity(input),
  ]
  return `${sections.filter((text) => text !== '').join('\n\n')}\n`
}

function summary({ incident, severity, rootLink, zone }: ExportInput): string {
  const level = severity ? `${md(severity.name)}: ${md(severity.description)}` : md(incident.severity)
  const at = (date: Date | null) => (date ? `${utc(date)} UTC (${inZone(date, knownZone(zone))})` : null)
  const facts: [string, string | null][] = [
    ['Status', md(incident.status)],
    ['Severity', level],
    ['Service', incident.service ? md(incident.service) : 'not named'],
    ['Impact started', at(incident.impactStartedAt)],
    ['Detected', at(incident.detectedAt)],
    ['Declared', at(incident.declaredAt)],
    ['Acknowledged', at(incident.acknowledgedAt)],
    ['Mitigated', at(incident.mitigatedAt)],
    ['Resolved', at(incident.resolvedAt)],
    ['Cause', incident.cause ? md(incident.cause) : 'unknown yet'],
    ['Fix', incident.fix ? md(incident.fix) : 'unknown yet'],
    ['In Slack', link('the incident’s thread', rootLink) || null],
  ]
  return table(
    ['', ''],
    facts.flatMap(([label, value]) => (value === null ? [] : [[`**${label}**`, value]])),
  )
}

function durations({ incident }: ExportInput): string {
  const rows = intervalsOf(incident).map(({ name, span, ms }) => [name, span, took(ms)])
  return rows.length === 0 ? '' : `## Durations\n\n${table(['', 'From → to', 'Took'], rows)}`
}

function people({ incident, changes, people }: ExportInput): string {
  const rows = [...partsOf(incident, changes)].map(([id, parts]) => [md(nameIn(people)(id)), parts.join(', ')])
  return `## People\n\n${table(['Who', 'Did what'], rows)}`
}

function operations({ changes, people }: ExportInput): string {
  if (changes.length === 0) return '## Operations\n\nNothing was changed through Firebreak.'
  const name = (id: string) => md(nameIn(people)(id))
  const rows = changes.map((change) => [
    changeName(change.id),
    md(change.line),
    change.plan.steps.map(stepOf).join('; '),
    md(`${change.target} (${change.environment})`),
    name(change.requester),
    approvedBy(change, name),
    md(change.detail ? `${change.state}: ${change.detail}` : change.state),
  ])
  const head = ['', 'Operation', 'Before → after', 'Where', 'Asked by', 'Approved by', 'Outcome']
  return `## Operations\n\n${table(head, rows)}`
}

function stepOf({ object, before, after }: Change['plan']['steps'][number]): string {
  const keys = Object.keys({ ...before, ...after })
  const values = keys.map((key) => `${key} ${before[key] ?? 'none'} → ${after[key] ?? 'none'}`)
  return md(`${object.kind} ${object.name} in ${object.namespace}: ${values.join(', ')}`)
}

function approvedBy({ votes, plan }: Change, name: (id: string) => string): string {
  const approvers = votes.flatMap(({ decision, person }) =>
    decision === 'reject' ? [] : [decision === 'approve' ? name(person) : `${name(person)} (broke the glass)`],
  )
  return approvers.join(', ') || (plan.tier === 'low' ? 'needed nobody else' : 'nobody')
}

function timeline({ entries, people, links, zone: asked }: ExportInput): string {
  const zone = knownZone(asked)
  const rows = entries.map((entry) => [
    String(entry.seq),
    utc(entry.occurredAt),
    inZone(entry.occurredAt, zone),
    md(describe(entry, nameIn(people))),
    link('message', links.get(entry.seq)),
  ])
  return `## Timeline\n\n${table(['#', 'UTC', md(zone), 'What happened', 'In Slack'], rows)}`
}

/** What reads showed, whole: a table cell is no place for a log. */
function output({ entries }: ExportInput): string {
  const read = entries.flatMap(({ seq, body }: Entry) =>
    body.type === 'operation.read' && body.detail.trim() !== ''
      ? [`### #${seq} · ${md(body.line)}\n\n${fenced(body.detail)}`]
      : [],
  )
  return read.length === 0 ? '' : ['## Output', ...read].join('\n\n')
}

function integrity({ incident, entries, verdict, generatedAt }: ExportInput): string {
  const name = incidentName(incident.id)
  const made = `Exported ${utc(generatedAt)} UTC by Firebreak.`
  if (!verdict.ok) {
    const [first] = verdict.problems
    return `## Integrity\n\n**The chain ${name} did not verify**: ${md(first?.text ?? '')}. Don’t rely on this timeline before it is known why. ${made}`
  }
  const erased = entries.filter(({ body }) => body.type === 'erased').length
  const gone = erased > 0 ? ` The content of ${erased} was erased since; their place and hash are kept.` : ''
  const count = `${entries.length} ${entries.length === 1 ? 'entry' : 'entries'}`
  return `## Integrity\n\nVerified ${count} of the hash chain ${name}.${gone} Its head is \`${entries.at(-1)?.hash}\`. ${made}`
}
