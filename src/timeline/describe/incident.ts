import type { CorrectedField, IncidentBody } from '../entries/incident.ts'
import { listOf, type Sentences, type Told, utc } from './sentence.ts'

type Body<T extends IncidentBody['type']> = Extract<IncidentBody, { type: T }>

export const incident: Sentences<IncidentBody> = {
  'incident.opened': opened,
  'incident.status_changed': statusChanged,
  'incident.acknowledged': ({ who, subject }) => `${who} acknowledged ${subject}.`,
  'incident.response_breached': ({ subject, body }) =>
    `Nobody had acknowledged ${subject} by ${utc(body.by)}, as its severity promises.`,
  'incident.severity_changed': ({ who, subject, body }) =>
    `${who} changed the severity of ${subject} from ${body.from} to ${body.to}${body.reason ? `: ${body.reason}` : ''}.`,
  'incident.corrected': ({ who, subject, body: { field, from, to } }) =>
    `${who} set the ${FIELD[field]} of ${subject} to ${shownAs(field, to)}${from === null ? '' : `; it was ${shownAs(field, from)}`}.`,
  'incident.assigned': ({ who, subject, body: { role, person, was }, names }) => {
    const before = was === null ? '' : `; before, it was ${names(was)}`
    return person === null
      ? `${who} took the role ${role} of ${subject} from ${was === null ? 'nobody' : names(was)}.`
      : `${who} made ${names(person)} the ${role} of ${subject}${before}.`
  },
  'incident.updated': ({ who, subject, body }) =>
    `${who} posted an update on ${subject} (${body.status}): ${body.said}. ${body.next ? `The next one is due ${utc(body.next)}` : 'No next one is promised'}.`,
  'incident.duplicated': ({ who, subject, body }) => `${who} found that ${subject} is the same as ${body.of}.`,
  'incident.duplicate_found': ({ who, subject, body }) =>
    `${who} found that ${body.duplicate} is the same as ${subject}, where it goes on.`,
  'incident.exported': ({ who, body }) =>
    `${who} exported entries 1 to ${body.through} as ${FORMAT[body.format]}, with times in UTC and ${body.zone}.`,
  'handoff.offered': ({ who, body, names }) => `${who} asked ${names(body.to)} to take over as ${body.role}.`,
  'handoff.settled': handoffSettled,
  'reminder.sent': ({ body, names }) =>
    `${names(body.person)} was reminded that ${REMINDED[body.kind] ?? body.kind}${body.about ? ` (${body.about})` : ''}, since ${utc(body.due)}.`,
  'reminder.snoozed': ({ who, body }) => `${who} snoozed a reminder until ${utc(body.until)}.`,
  'reminder.settled': ({ subject }) => `What ${subject} was about is done, or isn’t due any more.`,
  'room.made': ({ subject, body }) => `The channel #${body.name} was made for ${subject}.`,
  'room.invited': ({ subject, body, names }) =>
    `${listOf(body.people, names)} ${body.people.length === 1 ? 'was' : 'were'} invited into the channel of ${subject}.`,
  'room.joined': ({ subject, body, names }) => `${names(body.person)} came into the channel of ${subject}.`,
  'room.left': ({ subject, body, names }) => `${names(body.person)} left the channel of ${subject}.`,
  'room.refused': ({ subject, body }) => `Slack refused to make a channel for ${subject}: ${body.error}.`,
  'person.joined': ({ subject, body, names }) => `${names(body.person)} joined ${subject}.`,
  'review.item_raised': ({ subject, body }) =>
    `The review of ${subject} has to answer (item ${body.item}, ${body.kind}): ${body.text}.`,
}

const FORMAT = { md: 'Markdown', json: 'JSON' } as const

const FIELD: Record<CorrectedField, string> = {
  title: 'title',
  service: 'service',
  impact_started_at: 'start of the impact',
  detected_at: 'time of detection',
  mitigated_at: 'time of mitigation',
}

const REMINDED: Record<string, string> = {
  acknowledge: 'nobody has acknowledged it',
  update: 'an update is due',
  approval: 'a change waits for approval',
}

function shownAs(field: CorrectedField, value: string | null): string {
  if (value === null) return 'unknown'
  return field.endsWith('_at') ? utc(value) : `“${value}”`
}

function opened({ who, subject, body, names }: Told<Body<'incident.opened'>>): string {
  const { title, severity, service, commander, kind, visibility } = body
  const facts = [severity, service ? `service ${service}` : 'no service named', `commander ${names(commander)}`]
  const special = [...(kind === 'operational' ? [] : [kind]), ...(visibility === 'public' ? [] : [visibility])]
  return `${who} opened ${subject} “${title}”: ${[...facts, ...special].join(', ')}.${body.from ? ` From ${body.from}` : ''}`
}

function statusChanged({ who, subject, body }: Told<Body<'incident.status_changed'>>): string {
  const { from, to, cause, fix, reason } = body
  const told = to === 'resolved' || cause !== null || fix !== null
  const why = reason ? ` Why: ${reason}.` : ''
  return `${who} moved ${subject} from ${from} to ${to}.${why}${told ? ` Cause: ${cause ?? 'unknown yet'}. Fix: ${fix ?? 'unknown yet'}.` : ''}`
}

function handoffSettled({ who, body: { as, role, to }, names }: Told<Body<'handoff.settled'>>): string {
  if (as === 'withdrawn') return `${who} no longer asks ${names(to)} to take over as ${role}.`
  return `${who} ${as === 'accepted' ? 'took over' : 'declined to take over'} as ${role}.`
}
