import { z } from 'zod'
import { type Change, changeName } from '../../src/operations/change.ts'
import { ChangeName, PlanHash, Words } from '../arguments.ts'
import { defineCommand, type Gesture } from '../command.ts'
import type { Desk } from '../desk.ts'
import { done } from './answers.ts'
import { onChange } from './change.ts'

/** Deciding in words: whoever types it names the plan that they read by its hash, as a card's button does. */
const decision = (name: 'approve' | 'reject', summary: string) =>
  defineCommand({
    name,
    right: 'approve',
    aliases: [],
    usage: '<OP-n> <hash> [comment]',
    summary,
    examples: [`${name} OP-12 a1b2c3d4 “looked at the queue”`],
    positionals: ['change', 'hash', 'comment'],
    rest: true,
    decides: true,
    flags: [],
    args: z.strictObject({ change: ChangeName, hash: PlanHash, comment: Words.optional() }),
    run: ({ change, hash, comment = null }, gesture, desk) =>
      onChange(change, gesture, desk, async ({ planNumber: plan }) => {
        const ballot = { ...gesture, change, plan, hash, decision: name, comment }
        return done(await desk.engine.vote(ballot), gesture, standing(change, gesture, desk))
      }),
  })

export const approve = decision('approve', 'Approve the plan with this hash')
export const reject = decision('reject', 'Reject it; your own you withdraw so')

export const breakGlass = defineCommand({
  name: 'break-glass',
  right: 'break-glass',
  aliases: ['breakglass'],
  usage: '<OP-n> <hash> <reason>',
  summary: 'Run a plan alone when nobody answers; the review has to answer for it',
  examples: ['break-glass OP-12 a1b2c3d4 nobody answers, checkout is down'],
  positionals: ['change', 'hash', 'reason'],
  rest: true,
  decides: true,
  flags: [],
  args: z.strictObject({ change: ChangeName, hash: PlanHash, reason: Words }),
  run: ({ change, hash, reason }, gesture, desk) =>
    onChange(change, gesture, desk, async ({ planNumber: plan }) =>
      done(
        await desk.engine.breakGlass({ ...gesture, change, plan, hash, reason }),
        gesture,
        standing(change, gesture, desk),
      ),
    ),
})

/** What became of it, for who isn't looking at its card. */
const standing =
  (id: number, gesture: Gesture, { engine }: Desk) =>
  async (): Promise<string> => {
    const { state } = (await engine.change(gesture, id)) as Change
    return state === 'planned'
      ? `Your vote on *${changeName(id)}* counts; it needs more.`
      : `*${changeName(id)}* is ${state}.`
  }
