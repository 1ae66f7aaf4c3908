import { type Incident, incidentName, isOpen, type Severity } from '../src/incidents/incident.ts'
import { holderOf, ROLES } from '../src/incidents/roles.ts'
import { type Change, changeName } from '../src/operations/change.ts'
import { actions, type Button, button, HEADER, header, section } from './blocks.ts'
import type { Block, Message } from './message.ts'
import { inline, line, person, took, when } from './text.ts'

/** What goes on in an incident besides what it holds itself. */
export interface Goings {
  /** Its changes that have not ended. */
  live: Change[]
  /** The incidents that are the same as this one. */
  duplicates: string[]
}

/** The root message of an incident, edited through its life. */
export function incidentCard(incident: Incident, severity: Severity | undefined, goings: Goings): Message {
  const name = incidentName(incident.id)
  const title = `${name} · ${incident.severity} · ${incident.title}`
  const facts = factsOf(incident, severity, goings).map(([label, value]) => `*${label}:* ${value}`)
  const acknowledged = incident.acknowledgedAt ? '' : '.new'
  const blocks: Block[] = [
    header(title),
    ...(title.length > HEADER ? [section(line(incident.title, 1000))] : []),
    section(facts.join('\n')),
    actions(`${name}.${incident.status}${acknowledged}`, buttonsOf(incident)),
  ]
  return { text: [`*${line(title, 600)}*`, ...facts].join('\n'), blocks }
}

type Fact = [label: string, value: string]

/** What is known of an incident, as labels and values. */
export function factsOf(incident: Incident, severity: Severity | undefined, { live, duplicates }: Goings): Fact[] {
  const open = isOpen(incident.status)
  const facts: Fact[] = [
    ...secrecy(incident),
    ['Severity', line([incident.severity, severity?.description].filter(Boolean).join(' – '), 200)],
    ['Status', statusOf(incident)],
    ['Service', incident.service ? inline(incident.service, 200) : 'not named'],
    ...roles(incident),
    ['Declared', when(incident.declaredAt)],
    ...clocks(incident),
    ...operations(live),
    ...(duplicates.length > 0 ? [['Duplicates', duplicates.join(', ')] as Fact] : []),
  ]
  if (open || !incident.resolvedAt) return facts
  return [...facts, ['Resolved', `${when(incident.resolvedAt)}, after ${lasted(incident)}`], ...conclusion(incident)]
}

/** Whether somebody is on it, and when people hear more. */
export const clocks = (incident: Incident): Fact[] => [
  ...response(incident),
  ...(isOpen(incident.status) ? nextUpdate(incident) : []),
]

/** What is usual isn't said. */
const secrecy = ({ kind, visibility }: Incident): Fact[] => {
  const words = [
    ...(visibility === 'private' ? ['private: only who is in this channel may know of it'] : []),
    ...(kind === 'operational' ? [] : [kind]),
  ]
  return words.length > 0 ? [['🔒 Kind', words.reverse().join(', ')]] : []
}

const statusOf = ({ status, duplicateOf }: Incident): string =>
  duplicateOf === null ? status : `${status}: the same as ${incidentName(duplicateOf)}, where it goes on`

/** There is always a commander; of the others, those that are somebody. */
const roles = (incident: Incident): Fact[] =>
  ROLES.flatMap(({ name, field }): Fact[] => {
    const holder = holderOf(incident, name)
    const label = field === 'commander' ? 'Commander' : `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`
    return holder === null ? [] : [[label, person(holder)]]
  })

/** How long the severity lets people take to be on it, and how long it took. Rendering reads no clock: a breach is an entry. */
function response({ status, declaredAt, acknowledgeBy, acknowledgedAt, breachedAt }: Incident): Fact[] {
  if (acknowledgedAt) {
    const after = `acknowledged after ${took(acknowledgedAt.getTime() - declaredAt.getTime())}`
    const late = acknowledgeBy ? acknowledgedAt.getTime() - acknowledgeBy.getTime() : 0
    return [['Response', late > 0 ? `${after}; response time breached by ${took(late)}` : after]]
  }
  if (!isOpen(status)) return []
  if (!acknowledgeBy) return [['Response', 'not acknowledged yet']]
  const by = `due ${when(acknowledgeBy)}, within ${took(acknowledgeBy.getTime() - declaredAt.getTime())}`
  return [['Response', breachedAt ? `⚠️ response time breached: ${by}, and nobody is on it` : by]]
}

const nextUpdate = ({ updateDue, updatedAt }: Incident): Fact[] => [
  ['Next update', updateDue ? `due ${when(updateDue)}` : 'none is promised'],
  ...(updatedAt ? [['Last update', when(updatedAt)] as Fact] : []),
]

const RUNNING = ['approved', 'claimed', 'intended', 'applied']

/** What runs and what waits, by name: their own cards say the rest. */
function operations(live: Change[]): Fact[] {
  const named = (changes: Change[]) =>
    changes
      .map(({ id, line: typed }) => `${changeName(id)} ${inline(typed, 60)}`)
      .slice(0, 5)
      .join(', ')
  const running = live.filter(({ state }) => RUNNING.includes(state))
  const waiting = live.filter(({ state }) => state === 'planned')
  const unknown = live.filter(({ state }) => state === 'unknown')
  return [
    ...(running.length > 0 ? [['▶️ Running', named(running)] as Fact] : []),
    ...(waiting.length > 0 ? [['⏳ Waiting for a decision', named(waiting)] as Fact] : []),
    ...(unknown.length > 0 ? [['⚠️ Nobody knows whether it was applied', named(unknown)] as Fact] : []),
  ]
}

/** From the declaration to the resolution: `42 min 5 s`. No clock is read here: what is open has no length yet. */
export const lasted = ({ declaredAt, resolvedAt }: Incident): string =>
  resolvedAt ? took(resolvedAt.getTime() - declaredAt.getTime()) : 'not yet resolved'

export const conclusion = ({ cause, fix }: Incident): Fact[] => [
  ['Cause', cause ? line(cause, 800) : 'unknown yet'],
  ['Fix', fix ? line(fix, 800) : 'unknown yet'],
]

/** Five at most; what is done most stands first, and *More* has the rest. */
function buttonsOf({ id, status, acknowledgedAt }: Incident): Button[] {
  const value = incidentName(id)
  const make = (label: string, action: string, style?: 'primary') =>
    button({ label, action, value, ...(style && { style }) })
  const more = make('More…', 'incident.menu')
  const exporting = make('Export', 'incident.export')
  const reopen = button({
    ...{ label: 'Reopen', action: 'incident.reopen', value },
    confirm: { title: `Reopen ${value}?`, text: 'It is investigated again, and its clocks run again.', yes: 'Reopen' },
  })
  if (isOpen(status)) {
    const working = [
      make('Update…', 'incident.update'),
      make('Roles…', 'incident.assign'),
      make('Resolve…', 'incident.resolve'),
    ]
    return acknowledgedAt
      ? [...working, make('Status', 'incident.status'), more]
      : [make('Acknowledge', 'incident.ack', 'primary'), ...working, more]
  }
  if (status === 'resolved') return [make('Close…', 'incident.close'), reopen, exporting, more]
  return status === 'cancelled' ? [reopen, exporting, more] : [exporting, more]
}
