import { z } from 'zod'
import { incidentList } from '../../templates/incident-list.ts'
import { defineCommand } from '../command.ts'

const PAST = 5

export const list = defineCommand({
  name: 'list',
  aliases: ['ls'],
  usage: '',
  summary: 'List the open incidents, and the last ones that are over',
  examples: ['list'],
  positionals: [],
  flags: [],
  args: z.strictObject({}),

  async run(_, gesture, { incidents, names }) {
    const [open, past] = await Promise.all([incidents.listOpen(gesture), incidents.listPast(gesture, PAST)])
    return { kind: 'text', text: incidentList(open, past, names.incident) }
  },
})
