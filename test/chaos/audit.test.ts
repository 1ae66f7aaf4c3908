import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { State } from '../../src/operations/states.ts'
import { at, change } from '../support/examples.ts'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'
import { audit, type Executed, executedSteps, hanging } from './audit.ts'
import { drained } from './drained.ts'

let bot: Bot
const effects = [{ name: 'checkout', from: 3, to: 5 }]
beforeAll(async () => {
  bot = await startBot()
  const { root } = await bot.open()
  await bot.command('U0ALICE', 'scale checkout 5', '/ops')
  const card = await bot.inThread(root.ts, /change\.approve/)
  await bot.slack.click({ user: 'U0BOB', message: card, actionId: 'change.approve' })
  await bot.inThread(root.ts, /Succeeded/)
  await drained(bot.db, 10_000)
})
afterAll(() => bot.stop())

const run = (over: Partial<Parameters<typeof audit>[1]> = {}) =>
  audit(bot.db, {
    ...{ slack: bot.slack, production: { effects } as never, told: [], before: [], gone: null },
    ...over,
  })
const clean = { lost: [], doubled: [], contradictory: [] }

describe('the reckoning of a campaign', () => {
  it('finds nothing where nothing is wrong', async () => {
    expect(await run()).toEqual(clean)
    expect(await executedSteps(bot.db)).toMatchObject([{ name: 'checkout', from: 3, to: 5, outcome: 'applied' }])
  })

  it('finds a change that hangs, also in planned once its approval is overdue', () => {
    const found = (state: State, seconds: number) => hanging([change(state)], at(seconds).getTime())
    // To be approved until 1020 s into the evening, and executed until 1320 s.
    expect(found('planned', 1_029)).toEqual([])
    expect(found('planned', 1_031)).toEqual(['OP-12 hangs in planned'])
    expect(found('approved', 1_329)).toEqual([])
    expect(found('approved', 1_331)).toEqual(['OP-12 hangs in approved'])
    for (const state of ['unknown', 'expired', 'succeeded'] as const) expect(found(state, 9_999)).toEqual([])
  })

  it('finds an effect that happened twice, and one that never happened', async () => {
    expect(await run({ production: { effects: [...effects, ...effects] } as never })).toMatchObject({
      doubled: ['checkout 3 → 5 happened once more than it was recorded'],
    })
    expect(await run({ production: { effects: [] } as never })).toMatchObject({
      contradictory: [expect.stringContaining('OP-1 is recorded as applied (checkout 3 → 5), and never happened')],
    })
  })

  it('takes an undo and a change that wanted the same at once for one effect, if one of them only saw it', async () => {
    const [real] = await executedSteps(bot.db)
    if (!real) throw new Error('nothing was executed')
    const twin: Executed = { ...real, change: 'OP-7', hash: '7', looked: true, isUndo: true }
    const withTwin = (over: Partial<Executed>) => run({ before: [{ ...twin, ...over }] })
    expect(await withTwin({})).toEqual(clean)
    const others = [
      { isUndo: false },
      { looked: false },
      { during: [real.during[1] + 1, real.during[1] + 2] },
    ] satisfies Partial<Executed>[]
    for (const other of others)
      expect((await withTwin(other)).contradictory).toEqual([expect.stringMatching(/OP-\d .* never happened/)])
    const two = [twin, { ...twin, change: 'OP-8', hash: '8' }]
    expect((await run({ before: two })).contradictory, 'and only one of them').toHaveLength(1)
  })

  it('finds what people were told and is not there, unless a restore took it', async () => {
    const told = [{ at: 5_000, what: 'opened', name: 'INC-9' } as const]
    expect(await run({ told })).toMatchObject({ lost: ['INC-9 was told to be opened, and is not there'] })
    expect(await run({ told, gone: [4_000, 6_000] })).toEqual(clean)
  })

  it('finds a message that stands twice, one that is missing, and one that says something else', async () => {
    const { messages } = bot.slack.workspace
    const card = messages
      .channel(INCIDENTS)
      .flatMap(({ ts }) => messages.thread(INCIDENTS, ts))
      .find(({ text }) => /^\*OP-1\*/.test(text))
    if (!card) throw new Error('there is no card')
    const { text } = card
    card.text = 'OP-1: all is well'
    expect((await run()).contradictory).toEqual([
      expect.stringContaining('the card of OP-1 does not say: *✅ Succeeded*'),
    ])
    card.text = text
    const twin = messages.add(structuredClone(card))
    expect((await run()).doubled).toEqual([expect.stringContaining('OP-1/card stands 2 times in Slack')])
    messages.remove(twin)
    messages.remove(card)
    expect((await run()).lost).toEqual(['OP-1 has no card'])
  })

  it('finds what never got done in its time', async () => {
    expect(await drained(bot.db, 10_000)).toEqual([])
    const { root } = await bot.open('open P2 "Nobody decides"')
    await bot.command('U0ALICE', 'scale checkout 6 --incident INC-2', '/ops')
    await bot.inThread(root.ts, /change\.approve/)
    expect(await drained(bot.db, 2_000)).toEqual(['not drained: 1 changes under way, 0 chains not shown'])
  })
})
