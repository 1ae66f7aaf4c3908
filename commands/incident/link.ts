import { z } from 'zod'
import { linkModal } from '../../templates/incident-modals.ts'
import { Words } from '../arguments.ts'
import { done } from './answers.ts'
import { formFor, onIncident } from './form.ts'
import { defineVerb } from './verb.ts'

const Address = z
  .string()
  .transform((text) => text.replace(/^<|>$/g, ''))
  .pipe(z.url({ protocol: /^https?$/, error: 'must be an address such as https://grafana.example.com/d/1' }).max(2_000))

export const link = defineVerb({
  name: 'link',
  aliases: ['links', 'url'],
  usage: '[address] [title]',
  summary: 'Keep an address that belongs to the incident: a dashboard, a ticket, a call; bare, a form asks',
  examples: ['link https://grafana.example.com/d/1 "Checkout latency"'],
  positionals: ['address', 'title'],
  rest: true,
  flags: [],
  args: z.strictObject({ address: Address.optional(), title: Words.optional() }),
  forms: {
    'incident.link': onIncident(async ({ values }, { id }, gesture, { incidents }) => {
      const address = Address.safeParse(values.address ?? '')
      if (!address.success) return { errors: { address: 'Give an address that begins with https://' } }
      const kept = { url: address.data, title: values.title?.trim() || null }
      return done(await incidents.addLink(gesture, id, kept), { ...gesture, incident: null }, 'keeps that address.')
    }),
  },
  run: async ({ address, title = null }, incident, gesture, { incidents }) =>
    address === undefined
      ? formFor(linkModal(incident), 'link', incident)
      : done(
          await incidents.addLink(gesture, incident.id, { url: address, title }),
          { ...gesture, incident: null },
          'keeps that address.',
        ),
})
