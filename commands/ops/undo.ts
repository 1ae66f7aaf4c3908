import { z } from 'zod'
import { ChangeName } from '../arguments.ts'
import { defineCommand } from '../command.ts'
import { answerRequest } from './answers.ts'

export const undo = defineCommand({
  name: 'undo',
  right: 'undo',
  aliases: [],
  usage: '<OP-n>',
  summary: 'Take a change back, while its object is as the change left it',
  examples: ['undo OP-12'],
  positionals: ['change'],
  decides: true,
  flags: [],
  args: z.strictObject({ change: ChangeName }),

  async run({ change }, gesture, { engine }) {
    return answerRequest(await engine.undo({ ...gesture, change, confirmed: false }), gesture)
  },
})
