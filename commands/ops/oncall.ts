import { z } from 'zod'
import { onCallNow } from '../../templates/on-call.ts'
import { inline } from '../../templates/text.ts'
import { ServiceName } from '../arguments.ts'
import { choose, defineCommand, refuse, say } from '../command.ts'
import { nearestOf } from '../grammar.ts'

export const onCall = defineCommand({
  name: 'oncall',
  aliases: ['on-call'],
  usage: '[service]',
  summary: 'Tell who is on call, until when, and who is next',
  examples: ['oncall', 'oncall checkout'],
  positionals: ['service'],
  flags: [],
  args: z.strictObject({ service: ServiceName.optional() }),

  async run({ service = null }, _, desk) {
    if (service !== null && !desk.services.includes(service)) {
      const nearest = nearestOf(service, desk.services)
      const problem = `There is no service ${inline(service)}.`
      if (!nearest) return refuse(`${problem} There is ${desk.services.map((name) => inline(name)).join(', ')}.`)
      return choose(`${problem} Did you mean ${nearest}?`, [
        { label: `oncall ${nearest}`, line: `ops oncall ${nearest}` },
      ])
    }
    return say(onCallNow(desk.shifts(service), service))
  },
})
