import { z } from 'zod'
import { changeName } from '../../src/operations/change.ts'
import { changeCard } from '../../templates/change-card.ts'
import { ChangeName } from '../arguments.ts'
import { defineCommand, say } from '../command.ts'
import { done } from './answers.ts'
import { defineOnChange, onChange } from './change.ts'

export const show = defineOnChange(
  { name: 'plan', aliases: ['show'], summary: 'Show a change, its plan and the plan’s hash' },
  async (change, _, { engine }) => say(changeCard(change, { needs: engine.approvalFor(change) }).text),
)

export const confirm = defineOnChange(
  { name: 'confirm', aliases: ['run'], summary: 'Run what waits for your confirmation alone', decides: true },
  async ({ id }, gesture, { engine }) =>
    done(await engine.confirm({ ...gesture, change: id }), gesture, async () => `*${changeName(id)}* runs next.`),
)

export const withdraw = defineOnChange(
  { name: 'withdraw', aliases: ['cancel'], summary: 'Withdraw what you asked for, before it runs', decides: true },
  async ({ id }, gesture, { engine }) =>
    done(await engine.withdraw({ ...gesture, change: id }), gesture, async () => `*${changeName(id)}* is withdrawn.`),
)

export const askAgain = defineOnChange(
  {
    name: 'ask',
    aliases: ['ask-again'],
    summary: 'Ask for a decision again, and the next one with them',
    decides: true,
  },
  async ({ id }, gesture, { engine }) =>
    done(await engine.askAgain({ ...gesture, change: id }), gesture, async () => 'They are asked in the thread.'),
)

export const looking = defineOnChange(
  {
    name: 'looking',
    aliases: ['claim'],
    summary: 'Say that you look at a plan: nobody else is asked meanwhile',
    decides: true,
  },
  async ({ id }, gesture, { engine }) =>
    done(await engine.looking({ ...gesture, change: id }), gesture, async () => 'Its card says that you look.'),
)

export const look = defineOnChange(
  { name: 'look-again', aliases: ['look'], summary: 'Look again at an effect that nobody knows of', decides: true },
  async ({ id }, gesture, desk) => {
    const result = await desk.engine.lookAgain({ ...gesture, change: id })
    return done(result, gesture, async () => {
      const now = await desk.engine.change(gesture, id)
      return `*${changeName(id)}* is ${now?.state}${now?.state === 'unknown' ? ' still: its timeline says what was seen' : ''}.`
    })
  },
)

export const mark = defineCommand({
  name: 'mark',
  aliases: [],
  usage: '<OP-n> <applied|not-applied>',
  summary: 'Say what became of an effect that nobody knows of; you looked',
  examples: ['mark OP-12 applied'],
  positionals: ['change', 'as'],
  decides: true,
  flags: [],
  args: z.strictObject({
    change: ChangeName,
    as: z.enum(['applied', 'not-applied'], 'must be `applied` or `not-applied`'),
  }),
  run: ({ change, as }, gesture, desk) =>
    onChange(change, gesture, desk, async () => {
      const marked = { ...gesture, change, as: as === 'applied' ? 'applied' : 'failed' } as const
      return done(await desk.engine.mark(marked), gesture, async () => `*${changeName(change)}* is marked.`)
    }),
})
