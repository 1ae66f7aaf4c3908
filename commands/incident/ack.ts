import { z } from 'zod'
import { done } from './answers.ts'
import { defineVerb } from './verb.ts'

export const ack = defineVerb({
  name: 'ack',
  aliases: ['acknowledge', 'acked'],
  usage: '',
  summary: 'Say that somebody is on it: you',
  examples: ['ack'],
  positionals: [],
  flags: [],
  args: z.strictObject({}),
  run: async (_, { id }, gesture, { incidents }) =>
    done(await incidents.acknowledge(gesture, id), gesture, 'is acknowledged.'),
})
