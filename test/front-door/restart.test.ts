import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Message } from '../slack/fake/types.ts'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'

let bot: Bot
let root: Message
beforeAll(async () => {
  bot = await startBot()
  root = (await bot.open()).root
})
afterEach(() => bot.slack.assertClean())
afterAll(() => bot.stop())

const deployment = (name: string) => {
  const found = bot.playground?.world.deployments.get(name)
  if (!found) throw new Error(`there is no ${name}`)
  return found
}
const podsOf = (name: string) => deployment(name).pods.map((pod) => pod.name)
const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt'

const cards = () => bot.slack.thread(INCIDENTS, root.ts).filter(({ text }) => /^\*OP-\d+\*/.test(text))
async function cardOf(gesture: () => Promise<unknown>): Promise<Message> {
  const before = cards().length
  await gesture()
  return await bot.slack.until(() => cards()[before])
}
const plan = (line: string) => cardOf(() => bot.command('U0ALICE', line, '/ops'))
const approve = (message: Message) => bot.slack.click({ user: 'U0BOB', message, actionId: 'change.approve' })
const shows = (card: Message, text: RegExp) =>
  bot.slack.until(() => {
    const now = bot.slack.message(INCIDENTS, card.ts)
    return now && text.test(now.text) ? now : null
  }, 20_000)

describe('restarting a service', () => {
  it('replaces its pods, is watched until they are ready, and leaves nothing to take back', async () => {
    const before = podsOf('payments')
    const card = await plan('restart payments')
    const [, time] = /last restart never → (\S+ \S+) UTC\* · deployment `payments`/.exec(card.text) ?? []
    expect(card.text).toContain('its 2 pods are replaced, 2/2 ready when planned')
    await approve(card)
    await shows(card, /Succeeded.*2\/2 ready after \d+ s/)
    expect(deployment('payments').annotations).toEqual({ [RESTARTED_AT]: `${time?.replace(' ', 'T')}Z` })
    expect(podsOf('payments')).toHaveLength(2)
    expect(podsOf('payments').filter((name) => before.includes(name))).toEqual([])

    expect(await bot.ask('U0ALICE', 'undo OP-1', '/ops')).toMatch(/restart leaves nothing to take back/)
    const { seen_before } = await bot.db.selectFrom('changes').select('seen_before').executeTakeFirstOrThrow()
    expect(seen_before).toBe('2/2 ready')
  })

  it('goes stale when somebody else restarted it in between, and is planned again with one tap', async () => {
    const card = await plan('restart checkout')
    expect(card.text).toContain('1 pod in trouble (CrashLoopBackOff): what their logs say is gone afterwards')
    bot.playground?.world.annotate('checkout', { [RESTARTED_AT]: '2026-03-01T03:00:00Z' })
    await approve(card)
    const stale = await shows(card, /Stale, not run/)
    expect(stale.text).toContain(
      'last restart of deployment checkout in microservices is 2026-03-01 03:00:00 UTC now; it was never when planned',
    )
    const again = await cardOf(() => bot.slack.click({ user: 'U0ALICE', message: stale, actionId: 'change.replan' }))
    expect(again.text).toMatch(/last restart 2026-03-01 03:00:00 UTC → 2/)
    await bot.slack.click({ user: 'U0ALICE', message: again, actionId: 'change.reject' })
  })

  it('ends overridden when somebody else restarts it while it is watched', async () => {
    bot.playground?.world.scale('payments', 40) // which takes a while
    const card = await plan('restart payments')
    await approve(card)
    await shows(card, /Applied, watching/)
    bot.playground?.world.annotate('payments', { [RESTARTED_AT]: '2026-03-01T03:00:00Z' })
    await shows(card, /Overridden.*last restart: 2026-03-01 03:00:00 UTC, not 2/)
  })

  it('is not planned where nothing runs', async () => {
    bot.playground?.world.scale('payments', 0)
    expect(await bot.ask('U0ALICE', 'restart payments', '/ops')).toMatch(
      /Nothing was done: payments is scaled to 0: there is nothing to restart/,
    )
    expect(await bot.ask('U0ALICE', 'restart payments now', '/ops')).toMatch(/“now” is one argument too many/)
  })
})
