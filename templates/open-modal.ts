import type { Incident, Kind, Severity } from '../src/incidents/incident.ts'
import { input, OPTION, option, plain } from './blocks.ts'
import type { Block, Modal } from './message.ts'
import { plainLine } from './text.ts'

/** Slack's limit for a select. */
const OPTIONS = 100

/** What somebody may open, in one choice: the first is meant unless another is picked. */
export const SORTS = [
  { value: 'operational', kind: 'operational', visibility: 'public', label: 'Operational: everybody may know' },
  { value: 'private', kind: 'operational', visibility: 'private', label: 'Operational, in a private channel' },
  { value: 'security', kind: 'security', visibility: 'private', label: 'Security, in a private channel' },
] as const satisfies readonly { value: string; kind: Kind; visibility: Incident['visibility']; label: string }[]

/** What a bare `/incident open` asks. The values come back by block_id. */
export function openModal({
  severities,
  services,
  title,
  service = null,
  from = null,
  mayBePrivate,
  kind = 'operational',
  visibility = 'public',
}: {
  severities: Severity[]
  services: string[]
  title: string | null
  service?: string | null
  /** The address of the message that it is opened from. */
  from?: string | null
  /** Whether private channels can be made. */
  mayBePrivate: boolean
  kind?: Kind
  visibility?: Incident['visibility']
}): Modal {
  const sorts = SORTS.map(({ value, label }) => option(value, label))
  const meant = SORTS.findIndex((sort) => sort.kind === kind && sort.visibility === visibility)
  const levels = severities.map(({ name, description }) => option(name, `${name} – ${description}`))
  const usual = severities.findIndex(({ name }) => name === 'P1')
  return {
    callbackId: 'incident.open',
    title: 'Open an incident',
    submit: 'Open',
    metadata: from ?? '',
    blocks: [
      input('severity', 'Severity', {
        ...{ type: 'static_select', options: levels.slice(0, OPTIONS) },
        initial_option: levels[Math.max(usual, 0)],
      }),
      input(
        'title',
        'What is wrong?',
        {
          ...{ type: 'plain_text_input', max_length: 200, placeholder: plain('Checkout times out', 150) },
          ...(title && { initial_value: plainLine(title, 200) }),
        },
        true,
      ),
      ...serviceInput(services, service),
      ...(mayBePrivate
        ? [input('kind', 'Kind', { type: 'static_select', options: sorts, initial_option: sorts[Math.max(meant, 0)] })]
        : []),
    ],
  }
}

/** A name that is too long to be picked can still be typed. */
function serviceInput(services: string[], chosen: string | null): Block[] {
  const options = services.filter(({ length }) => length <= OPTION).map((name) => option(name, name))
  if (options.length === 0) return []
  const known = options.slice(0, OPTIONS).find(({ value }) => value === chosen)
  const element = {
    type: 'static_select',
    options: options.slice(0, OPTIONS),
    placeholder: plain('Not known yet', 150),
    ...(known && { initial_option: known }),
  }
  return [input('service', 'Service', element, true)]
}
