import { z } from 'zod'
import { incidentStatus } from '../../templates/incident-list.ts'
import { say } from '../command.ts'
import { defineVerb } from './verb.ts'

export const status = defineVerb({
  name: 'status',
  aliases: ['show', 'info'],
  usage: '',
  summary: 'Show where an incident stands',
  examples: ['status', 'status INC-7'],
  positionals: [],
  flags: [],
  args: z.strictObject({}),
  async run(_, incident, __, desk) {
    const { id } = incident
    const [changes, items, tasks, links] = await Promise.all([
      desk.engine.changesOf(id),
      desk.engine.reviewItemsOf(id),
      desk.incidents.openTasks(id),
      desk.incidents.links(id),
    ])
    const severity = desk.severities.find(({ name }) => name === incident.severity)
    return say(incidentStatus(incident, { severity, changes, items, tasks, links }))
  },
})
