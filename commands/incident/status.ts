import { z } from 'zod'
import { incidentStatus } from '../../templates/incident-list.ts'
import { IncidentName } from '../arguments.ts'
import { defineCommand, say } from '../command.ts'
import { which } from './which.ts'

export const status = defineCommand({
  name: 'status',
  aliases: ['show'],
  usage: '[INC-n]',
  summary: 'Show where an incident stands',
  examples: ['status', 'status INC-7'],
  positionals: ['incident'],
  flags: [],
  args: z.strictObject({ incident: IncidentName.optional() }),

  async run({ incident: named }, gesture, desk) {
    const found = await which(named, gesture, desk, (name) => `incident status ${name}`)
    if ('answer' in found) return found.answer
    const { id } = found.incident
    const [changes, items] = await Promise.all([desk.engine.changesOf(id), desk.engine.reviewItemsOf(id)])
    return say(incidentStatus(found.incident, changes, items))
  },
})
