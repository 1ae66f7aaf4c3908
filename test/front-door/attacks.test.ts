import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Message } from '../slack/fake/types.ts'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'

const config = (usual: string) => `${usual}
  - { allow: [admin], operations: [hold, release] }
approvals: { guarded: { approvers: [approver], approve_within: 3s, execute_within: 1s } }
`

let bot: Bot
beforeAll(async () => {
  bot = await startBot({ config })
})
afterEach(() => bot.slack.assertClean())
afterAll(() => bot.stop())

const click = (user: string, message: Message, actionId: string, value?: string) =>
  bot.slack.click({ user, message, actionId, ...(value !== undefined && { value }) })
const says = (ts: string, text: RegExp) =>
  bot.slack.until(() => text.test(JSON.stringify(bot.slack.message(INCIDENTS, ts))))
const replicas = () => bot.playground?.world.deployments.get('checkout')?.replicas

/** A fresh incident with a change that waits for its approval. */
async function planned(to: number) {
  const { root, name } = await bot.open()
  await bot.command('U0ALICE', `scale checkout ${to} --incident ${name}`, '/ops')
  return { name, card: await bot.inThread(root.ts, /change\.approve/) }
}

describe('an approval racing a rejection', () => {
  it('ends in one of the two, and the effect is there only if it was applied', async () => {
    for (let i = 0; i < 4; i++) {
      const before = replicas() as number
      const to = before === 4 ? 5 : 4
      const { card } = await planned(to)
      const both = [click('U0BOB', card, 'change.approve'), click('U0CAROL', card, 'change.reject')]
      await Promise.all(i % 2 ? both.reverse() : both)
      // Five heal this service; four may take longer than anybody waits for here.
      await says(card.ts, /Succeeded|Applied, watching|(Rejected|Withdrawn|Expired), not run/)
      const applied = /Succeeded|Applied/.test(bot.slack.message(INCIDENTS, card.ts)?.text ?? '')
      expect(replicas()).toBe(applied ? to : before)
    }
  })
})

describe('a vote for another incident’s plan', () => {
  it('decides nothing, in neither of them', async () => {
    const [mine, other] = [await planned(6), await planned(7)]
    const before = replicas()
    const shown = JSON.parse(carried(mine.card, 'change.approve'))
    const theirs = JSON.parse(carried(other.card, 'change.approve'))
    const { responses } = await click('U0BOB', mine.card, 'change.approve', JSON.stringify({ ...shown, op: theirs.op }))
    await bot.slack.until(() => responses[0])
    expect(responses[0]?.text).toMatch(/another plan/)
    for (const { card } of [mine, other]) await says(card.ts, /Expired, not run/)
    expect(replicas()).toBe(before)
  })
})

describe('an expired execution', () => {
  it('runs nothing, though it was approved in time', async () => {
    const before = replicas()
    await bot.ask('U0CAROL', 'hold wait', '/ops')
    const { card } = await planned(8)
    await click('U0BOB', card, 'change.approve')
    await says(card.ts, /waits: everything is held/)
    await says(card.ts, /Expired, not run.*it was not executed in time/)
    await bot.ask('U0CAROL', 'release', '/ops')
    expect(replicas()).toBe(before)
  })
})

describe('a goal that the world reached by itself', () => {
  it('is no reason to ask again: it is applied, to no effect, and watched', async () => {
    const to = replicas() === 6 ? 7 : 6
    const { card } = await planned(to)
    bot.playground?.world.scale('checkout', to)
    await click('U0BOB', card, 'change.approve')
    await says(card.ts, /Succeeded/)
  })
})

describe('an object re-created under the same name', () => {
  it('isn’t what was approved', async () => {
    const { card } = await planned(9)
    bot.playground?.world.recreate('checkout')
    await click('U0BOB', card, 'change.approve')
    await says(card.ts, /Stale, not run.*is another object now: it was made anew/)
    expect(replicas()).not.toBe(9)
  })
})

const carried = ({ blocks = [] }: Message, action: string): string => {
  const elements = blocks.flatMap(({ elements }) => (elements ?? []) as { action_id?: string; value?: string }[])
  return elements.find(({ action_id }) => action_id === action)?.value ?? ''
}
