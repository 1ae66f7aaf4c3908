import { type Incident, incidentName, type Severity } from '../src/incidents/incident.ts'
import { holderOf, ROLES } from '../src/incidents/roles.ts'
import { input, option, plain, section } from './blocks.ts'
import type { Block, Modal } from './message.ts'
import { line, person, plainLine, strip } from './text.ts'

/** What people may write in one go. */
const WORDS = 500
const NOTE = 3_000

/** Slack's limit for a select. */
const OPTIONS = 100

export const severityModal = (incident: Incident, severities: Severity[]): Modal => {
  const levels = severities.slice(0, OPTIONS).map(({ name, description }) => option(name, `${name} – ${description}`))
  const now = levels.find(({ value }) => value === incident.severity)
  return modal('incident.severity', 'Severity', 'Change', incident, [
    input('severity', 'Severity', { type: 'static_select', options: levels, ...(now && { initial_option: now }) }),
    words('reason', 'Why?', 'Every second payment fails'),
  ])
}

/** `ask`: they are asked first. */
export const assignModal = (incident: Incident, ask = false): Modal => {
  const roles = ROLES.map(({ name }) => option(name, name))
  const how = [option('now', 'It is theirs at once'), option('ask', 'They are asked, and have it once they accept')]
  const held = ROLES.map(({ name }) => ({ name, holder: holderOf(incident, name) }))
  return modal('incident.assign', 'Roles', 'Assign', incident, [
    section(held.map(({ name, holder }) => `*${name}:* ${holder ? person(holder) : 'nobody'}`).join('\n')),
    input('role', 'Role', { type: 'static_select', options: roles, initial_option: roles[0] }),
    input('person', 'Who?', { type: 'users_select' }),
    input('how', 'How?', { type: 'radio_buttons', options: how, initial_option: how[ask ? 1 : 0] }),
  ])
}

export const noteModal = (incident: Incident): Modal =>
  modal('incident.note', 'Note', 'Add', incident, [
    input('text', 'What happened?', { type: 'plain_text_input', multiline: true, max_length: NOTE }),
    time('at', 'When? Now, if you leave it out', null),
  ])

/** A message goes into a timeline; `metadata` is what is known of it. */
export function messageNoteModal(
  incidents: Incident[],
  { chosen, text, metadata }: { chosen: number | null; text: string; metadata: string },
): Modal {
  const options = incidents
    .slice(0, OPTIONS)
    .map(({ id, title }) => option(incidentName(id), `${incidentName(id)} ${title}`))
  const initial = options.find(({ value }) => chosen !== null && value === incidentName(chosen))
  return {
    ...{ callbackId: 'message.note', title: 'Add to timeline', submit: 'Add', metadata },
    blocks: [
      input('incident', 'Incident', { type: 'static_select', options, ...(initial && { initial_option: initial }) }),
      input('text', 'What happened?', {
        ...{ type: 'plain_text_input', multiline: true, max_length: NOTE },
        ...(text.trim() !== '' && { initial_value: strip(text).slice(0, NOTE) }),
      }),
    ],
  }
}

export const linkModal = (incident: Incident): Modal =>
  modal('incident.link', 'Link', 'Keep', incident, [
    input('address', 'Address', { type: 'url_text_input', placeholder: plain('https://grafana.example.com/d/1', 150) }),
    words('title', 'What is it?', 'Checkout latency'),
  ])

export const resolveModal = (incident: Incident): Modal =>
  modal('incident.resolve', 'Resolve', 'Resolve', incident, [
    words('cause', 'Cause: leave it out while it is unknown', 'The payment provider was slow', incident.cause),
    words('fix', 'What ended it?', 'Scaled checkout to 5', incident.fix),
    time('mitigated', 'When did the damage stop?', incident.mitigatedAt),
  ])

/** What is known of an incident, all of it to be corrected. */
export const detailsModal = (incident: Incident, services: string[]): Modal => {
  const options = services.slice(0, OPTIONS).map((name) => option(name, name))
  const service = options.find(({ value }) => value === incident.service)
  return modal('incident.details', 'Details', 'Save', incident, [
    input('title', 'Title', {
      ...{ type: 'plain_text_input', max_length: 200, initial_value: plainLine(incident.title, 200) },
    }),
    ...(options.length === 0
      ? []
      : [
          input(
            'service',
            'Service',
            { type: 'static_select', options, ...(service && { initial_option: service }) },
            true,
          ),
        ]),
    time('impact', 'Impact started', incident.impactStartedAt),
    time('detected', 'Detected', incident.detectedAt),
    time('mitigated', 'Mitigated', incident.mitigatedAt),
  ])
}

const modal = (callbackId: string, what: string, submit: string, incident: Incident, blocks: Block[]): Modal => ({
  ...{ callbackId, title: `${what} · ${incidentName(incident.id)}`, submit, metadata: incidentName(incident.id) },
  blocks: [
    { type: 'context', elements: [{ type: 'mrkdwn', text: line(incident.title, 300) || ' ', verbatim: true }] },
    ...blocks,
  ],
})

const words = (block_id: string, label: string, example: string, known: string | null = null): Block =>
  input(
    block_id,
    label,
    {
      ...{ type: 'plain_text_input', max_length: WORDS, placeholder: plain(example, 150) },
      ...(known && { initial_value: plainLine(known, WORDS) }),
    },
    true,
  )

/** Slack shows and takes it in the reader's own zone; the value is in seconds. */
const time = (block_id: string, label: string, known: Date | null): Block =>
  input(
    block_id,
    label,
    { type: 'datetimepicker', ...(known && { initial_date_time: Math.floor(known.getTime() / 1000) }) },
    true,
  )
