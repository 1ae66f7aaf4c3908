import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type Incident, MOVES, type Status } from '../../src/incidents/incident.ts'
import { updateModal } from '../../templates/update-modal.ts'
import { LONGEST_TEXT, type UpdateTemplate } from '../../templates/updates.ts'
import { worded } from '../arguments.ts'
import { type Answer, type Gesture, refuse, type Submitted } from '../command.ts'
import type { Desk } from '../desk.ts'
import { Span } from '../times.ts'
import { done } from './answers.ts'
import { formFor, onIncident } from './form.ts'
import { defineVerb } from './verb.ts'

/** What a plain update moves to; resolving, closing and cancelling are verbs of their own. */
const STATUSES = ['investigating', 'identified', 'mitigated', 'resolved'] as const satisfies readonly Status[]

const Text = z
  .string()
  .transform(worded)
  .pipe(z.string().trim().max(LONGEST_TEXT, `must be at most ${LONGEST_TEXT} characters`))

export const update = defineVerb({
  name: 'update',
  aliases: ['post', 'inform'],
  usage: '[text] [--status name] [--next 30m] [--template name]',
  summary: 'Tell everybody where it stands; bare, a form asks and shows it first',
  examples: ['update the provider is slow, we scale checkout', 'update "fixed upstream" --status mitigated --next 30m'],
  positionals: ['text'],
  rest: true,
  flags: ['status', 'next', 'template'],
  args: z.strictObject({
    text: Text.optional(),
    status: z.enum(STATUSES, `must be one of ${STATUSES.join(', ')}`).optional(),
    next: Span.optional(),
    template: z.string().optional(),
  }),
  forms: { 'incident.update': onIncident(preview) },
  async run({ text, status = null, next = null, template: named }, incident, gesture, desk) {
    const template = desk.templates.find(({ name }) => name === (named ?? desk.templates[0]?.name))
    if (!template) {
      const known = desk.templates.map(({ name }) => `\`${name}\``).join(', ')
      return refuse(`Nothing was posted: there is no template of that name. There is ${known}.`)
    }
    if (text === undefined) {
      const asked = { templates: desk.templates, statuses: statusesFor(incident), status, template: template.name }
      const nextMs = next ?? desk.severities.find(({ name }) => name === incident.severity)?.updateEveryMs ?? null
      return formFor(updateModal(incident, { ...asked, nextMs, preview: null }), 'update', incident)
    }
    return await post({ text, status, nextInMs: next, template }, incident, gesture, desk)
  },
})

interface Draft {
  text: string
  status: Status | null
  nextInMs: number | null
  template: UpdateTemplate
}

/** The first time the form shows what it would say; when nothing was changed after that, it is posted. */
async function preview({ values, metadata }: Submitted, incident: Incident, gesture: Gesture, desk: Desk) {
  const text = Text.safeParse(values.text ?? '')
  if (!text.success || text.data === '') return { errors: { text: 'Say what is new' } }
  const template = desk.templates.find(({ name }) => name === values.template) ?? desk.templates[0]
  if (!template) return { errors: { text: 'There is no template to post it with' } }
  const status = STATUSES.find((name) => name === values.status) ?? null
  const draft = { text: text.data, status, nextInMs: Number(values.next) || null, template }
  const seen = createHash('sha256').update(JSON.stringify(draft)).digest('hex').slice(0, 16)
  if (metadata.split(' ')[1] === seen) return await post(draft, incident, gesture, desk)
  const now = new Date()
  const next = draft.nextInMs === null ? null : new Date(now.getTime() + draft.nextInMs)
  const shown = template.render({ ...incident, status: status ?? incident.status }, { text: draft.text, now, next })
  const asked = { templates: desk.templates, statuses: statusesFor(incident), status, template: template.name }
  const modal = updateModal(incident, { ...asked, nextMs: draft.nextInMs, preview: { shown, seen } })
  return { kind: 'modal', modal } as const
}

async function post(draft: Draft, { id }: Incident, gesture: Gesture, { incidents }: Desk): Promise<Answer> {
  const { template, text, status, nextInMs } = draft
  const result = await incidents.postUpdate(gesture, id, {
    ...{ template: template.name, said: text, status, nextInMs },
    render: (incident, at) => template.render(incident, { text, ...at }),
  })
  return done(result, gesture, 'has an update in its thread.')
}

/** Where an update may move it. */
const statusesFor = ({ status }: Incident): Status[] => STATUSES.filter((to) => MOVES[status].includes(to))
