import { type Incident, incidentName, type Status } from '../src/incidents/incident.ts'
import { input, option, plain, section } from './blocks.ts'
import type { Block, Modal } from './message.ts'
import { took } from './text.ts'
import { LONGEST_TEXT } from './updates.ts'

interface Asked {
  templates: { name: string }[]
  /** Where it may go. */
  statuses: Status[]
  status: Status | null
  template: string
  /** In how many ms the next one is due; null: none is promised. */
  nextMs: number | null
  /** What it says, once somebody asked for that, and the draft that says it. */
  preview: { shown: string; seen: string } | null
}

const NEXT_MIN = [15, 30, 60, 120, 240, 1440]

/** An update: what is new, where it stands, when the next one comes. It is shown first, and posted then. */
export function updateModal(incident: Incident, asked: Asked): Modal {
  const { templates, statuses, status, template, preview } = asked
  return {
    callbackId: 'incident.update',
    title: `Update ${incidentName(incident.id)}`,
    submit: preview ? 'Post' : 'Preview',
    metadata: [incidentName(incident.id), ...(preview ? [preview.seen] : [])].join(' '),
    blocks: [
      ...(preview
        ? [
            section('*This is what it says.* Change something below, and it is shown again.'),
            section(preview.shown),
            divider,
          ]
        : []),
      input('text', 'What is new?', {
        ...{ type: 'plain_text_input', multiline: true, max_length: LONGEST_TEXT },
        placeholder: plain('The payment provider is slow; we scale checkout', 150),
      }),
      ...(statuses.length === 0 ? [] : [statusInput(incident.status, statuses, status)]),
      nextInput(asked.nextMs),
      ...(templates.length < 2 ? [] : [templateInput(templates, template)]),
    ],
  }
}

const divider: Block = { type: 'divider' }

const statusInput = (now: Status, statuses: Status[], chosen: Status | null): Block =>
  input(
    'status',
    'Status',
    {
      ...{ type: 'static_select', options: statuses.map((name) => option(name, name)) },
      placeholder: plain(`${now}, as it is`, 150),
      ...(chosen && { initial_option: option(chosen, chosen) }),
    },
    true,
  )

/** `none`: nothing is promised; an option's value can't be empty. */
function nextInput(ms: number | null): Block {
  const times = [...new Set([...NEXT_MIN.map((min) => min * 60_000), ...(ms === null ? [] : [ms])])].sort(
    (a, b) => a - b,
  )
  const options = [...times.map((time) => option(String(time), `in ${took(time)}`)), option('none', 'none is promised')]
  const initial_option = options.find(({ value }) => value === String(ms ?? 'none'))
  return input('next', 'Next update', { type: 'static_select', options, initial_option })
}

const templateInput = (templates: { name: string }[], chosen: string): Block =>
  input('template', 'Template', {
    ...{ type: 'static_select', options: templates.slice(0, 100).map(({ name }) => option(name, name)) },
    initial_option: option(chosen, chosen),
  })
