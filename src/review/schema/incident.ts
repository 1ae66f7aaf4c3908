import type { IncidentBody } from '../../timeline/entries/incident.ts'
import { type Bodies, integer, list, oneOf, optional, orNull, person, text, time } from './shape.ts'

const level = 'a severity’s name, of the team’s own scheme'
const status = 'investigating, identified, mitigated, resolved, closed or cancelled'
const role = 'The incident role: incident commander, deputy, operations lead, communications lead or scribe'

export const incident: Bodies<IncidentBody> = {
  'incident.opened': {
    is: 'The incident was opened.',
    data: {
      title: text('Its title'),
      severity: text(`Its severity: ${level}`),
      kind: text('operational, security, or another kind of the team’s'),
      visibility: text('public or private'),
      service: orNull(text('The service that it is about'), 'none was named'),
      channel: orNull(text('The id of the Slack channel that it is in'), 'it opens in a room of its own (room.made)'),
      commander: person('The first incident commander'),
      from: optional(orNull(text('The address of the message that it was opened from'), 'of none')),
    },
  },
  'incident.status_changed': {
    is: 'The incident’s status changed.',
    data: {
      from: text(`The status before: ${status}`),
      to: text(`The status since: ${status}`),
      cause: orNull(text('What caused it'), 'not told with this change'),
      fix: orNull(text('What fixed it'), 'not told with this change'),
      reason: optional(orNull(text('Why it was reopened or cancelled'), 'no reason was given')),
      told: optional({ const: true, description: 'An update that was recorded with it tells of it' }),
    },
  },
  'incident.acknowledged': { is: 'Whoever acted is on it.', data: {} },
  'incident.response_breached': {
    is: 'Nobody had acknowledged it when its severity promised that somebody would.',
    data: { by: time('Until when that was promised') },
  },
  'incident.severity_changed': {
    is: 'The incident’s severity changed.',
    data: {
      from: text(`The severity before: ${level}`),
      to: text(`The severity since: ${level}`),
      reason: orNull(text('Why'), 'no reason was given'),
    },
  },
  'incident.corrected': {
    is: 'What is known of the incident was corrected.',
    data: {
      field: oneOf(['title', 'service', 'impact_started_at', 'detected_at', 'mitigated_at'], 'What was corrected'),
      from: orNull(text('What it was; a time in ISO 8601, UTC'), 'it was unknown'),
      to: orNull(text('What it is; a time in ISO 8601, UTC'), 'it is unknown'),
    },
  },
  'incident.assigned': {
    is: 'An incident role was given to somebody, or taken from them.',
    data: {
      role: text(role),
      person: orNull(person('Who has it now'), 'nobody'),
      was: orNull(person('Who had it'), 'nobody'),
    },
  },
  'incident.updated': {
    is: 'A status update was posted.',
    data: {
      template: text('The template that it was made of'),
      said: text('What somebody wrote'),
      text: text('Its text as it was posted, in Slack’s mrkdwn'),
      status: text(`The incident’s status in it: ${status}`),
      next: orNull(time('When the next update is due'), 'none is promised'),
    },
  },
  'incident.duplicated': {
    is: 'The incident was found to be the same as another one, where it goes on.',
    data: { of: text('The other one: INC-6') },
  },
  'incident.duplicate_found': {
    is: 'Another incident was found to be the same as this one.',
    data: { duplicate: text('The other one: INC-8') },
  },
  'incident.exported': {
    is: 'An export was asked for.',
    data: {
      format: oneOf(['md', 'json'], 'As what'),
      through: integer('Up to which entry'),
      zone: text('IANA time zone of whoever asked'),
    },
  },
  'handoff.offered': {
    is: 'Somebody was asked to take over an incident role.',
    data: { handoff: integer('Its number'), role: text(role), to: person('Who was asked') },
  },
  'handoff.settled': {
    is: 'What became of that.',
    data: {
      handoff: integer('The number of the handoff'),
      role: text(role),
      to: person('Who had been asked'),
      as: oneOf(['accepted', 'declined', 'withdrawn'], 'How it ended'),
    },
  },
  'reminder.sent': {
    is: 'Somebody was told that something is due.',
    data: {
      reminder: integer('Its number'),
      kind: text('What is due: acknowledge, update or approval'),
      person: person('Who was told'),
      about: orNull(text('The change that waits: OP-12'), 'it is about the incident'),
      due: time('Since when'),
    },
  },
  'reminder.snoozed': {
    is: 'A reminder was put off.',
    data: { reminder: integer('The number of the reminder'), until: time('Until when') },
  },
  'reminder.settled': {
    is: 'What somebody was reminded of is done, or isn’t due any more.',
    data: { reminder: integer('The number of the reminder') },
  },
  'room.made': {
    is: 'The incident got a Slack channel of its own.',
    data: { channel: text('The channel’s id'), name: text('Its name, without #') },
  },
  'room.invited': {
    is: 'People were invited into that channel.',
    data: { people: list(person('Somebody'), 'Who was invited') },
  },
  'room.joined': {
    is: 'Somebody came into that channel, and can read along since.',
    data: { person: person('Who') },
  },
  'room.left': { is: 'Somebody left that channel, or was taken out of it.', data: { person: person('Who') } },
  'room.refused': {
    is: 'Slack refused to make that channel; it is tried again.',
    data: { error: text('Slack’s word for why') },
  },
  'person.joined': {
    is: 'Somebody takes part since. Whoever opened it does from the start, without this.',
    data: { person: person('Who') },
  },
  'review.item_raised': {
    is: 'The incident’s review has something to answer.',
    data: { item: integer('Its number'), kind: text('break-glass, or another kind'), text: text('What, in words') },
  },
}
