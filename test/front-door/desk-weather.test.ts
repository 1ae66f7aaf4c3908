import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Channel } from '../slack/fake/types.ts'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'
import { until } from '../support/until.ts'

const SERVICES = Array.from({ length: 40 }, (_, n) => `shop-${n + 1}`)

let bot: Bot
beforeAll(async () => {
  const more = SERVICES.map((name) => `\n  ${name}: { owners: [approver], target: prod, deployment: checkout }`)
  bot = await startBot({ services: `\n  checkout: { owners: [approver], target: prod }${more.join('')}` })
})
afterEach(() => bot.slack.assertClean())
afterAll(() => bot.stop())

const room = () => bot.slack.workspace.channels.get(INCIDENTS) as Channel
const cardOf = (name: string) => bot.slack.messages(INCIDENTS).filter(({ text }) => text.startsWith(`*${name} ·`))
/** The name of a new incident, as the answer tells it. */
async function opened(title: string): Promise<string> {
  const answer = await bot.ask('U0ALICE', `open P1 "${title}"`)
  return /INC-\d+/.exec(answer)?.[0] as string
}

describe('forty services', () => {
  it('are offered by their nearest name, all of them in the form, and never as a wall of text', async () => {
    const answer = await bot.ask('U0ALICE', 'open P1 "It is slow" --service shop-400')
    expect(answer).toMatch(/there is no service “shop-400”.* Did you mean `shop-40`/)
    const lost = await bot.ask('U0ALICE', 'open P1 "It is slow" --service zzzzzzzzzzzz')
    expect(lost.length).toBeLessThan(700)
    await bot.command('U0ALICE', 'open')
    const view = await bot.slack.until(() => bot.slack.views('U0ALICE').at(-1))
    const select = view.blocks.find(({ block_id }) => block_id === 'service')?.element as { options: unknown[] }
    expect(select.options).toHaveLength(41)
    await bot.slack.close({ user: 'U0ALICE', view })
    expect((await bot.ask('U0ALICE', 'help')).length).toBeLessThan(4_000)
  })
})

describe('a channel that was archived, and one that the bot was taken out of', () => {
  it.each<[how: string, spoil: () => void, mend: () => void]>([
    [
      'archived',
      () => Object.assign(room(), { is_archived: true }),
      () => Object.assign(room(), { is_archived: false }),
    ],
    [
      'left',
      () => Object.assign(room(), { members: room().members.filter((member) => member !== 'U0BOT') }),
      () => room().members.push('U0BOT'),
    ],
  ])('keep an incident on record (%s), which is shown as soon as they take it', async (how, spoil, mend) => {
    spoil()
    const name = await opened(`Nowhere to say it (${how})`)
    await bot.ask('U0ALICE', `ack ${name}`)
    expect((await bot.entries(name)).map(({ body }) => body.type)).toContain('incident.acknowledged')
    expect(cardOf(name)).toEqual([])
    mend()
    await bot.slack.until(() => /acknowledged after/.test(cardOf(name)[0]?.text ?? ''), 30_000)
    await until(() => bot.slack.thread(INCIDENTS, cardOf(name)[0]?.ts ?? '').length > 1)
    expect(cardOf(name)).toHaveLength(1)
  })
})

describe('a person who left', () => {
  it('is given no role, and asked for none', async () => {
    const { name } = await bot.open('open P1 "Who is there"')
    bot.slack.workspace.user('U0DAVE').deleted = true
    await bot.slack.tell({ type: 'user_change', user: bot.slack.workspace.user('U0DAVE') })
    const said = /can’t hold a role: .*they are deactivated/
    await until(async () => said.test(await bot.ask('U0ALICE', `assign ${name} <@U0DAVE|dave> as scribe`)))
    expect(await bot.ask('U0ALICE', `handoff ${name} <@U0DAVE|dave>`)).toMatch(said)
    expect(await bot.ask('U0DAVE', `status ${name}`)).toMatch(/you are deactivated/)
  })
})

describe('“too many requests”, whatever is asked of Slack', () => {
  it('delays what is shown and what is answered, and loses and doubles nothing', async () => {
    const before = (await bot.entries('general')).length
    const known = bot.slack.messages(INCIDENTS).length
    bot.slack.fail('*', { retryAfter: 1, times: 12 })
    for (const line of ['open P1 "First of two"', 'open P2 "Second of two"']) await bot.command('U0ALICE', line)
    const titled = (title: string) => bot.slack.messages(INCIDENTS).filter(({ text }) => text.includes(title))
    for (const title of ['First of two', 'Second of two']) {
      const card = await bot.slack.until(() => titled(title)[0], 40_000)
      await bot.slack.until(() => bot.slack.thread(INCIDENTS, card.ts).length > 1, 40_000)
      expect(titled(title)).toHaveLength(1)
    }
    expect(bot.slack.messages(INCIDENTS)).toHaveLength(known + 2)
    expect(await bot.entries('general')).toHaveLength(before)
  })
})
