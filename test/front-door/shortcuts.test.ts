import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'
import { until } from '../support/until.ts'

let bot: Bot
beforeAll(async () => {
  bot = await startBot({
    slack: { users: [{ id: 'U0ALICE' }, { id: 'U0BOB' }, { id: 'U0GUEST', is_restricted: true }] as never },
  })
})
afterEach(() => bot.slack.assertClean())
afterAll(() => bot.stop())

const form = (user: string) => bot.slack.until(() => bot.slack.views(user).at(-1))
const root = (text: RegExp) => bot.slack.until(() => bot.slack.messages(INCIDENTS).find((m) => text.test(m.text)))
const told = (user: string, text: RegExp) =>
  bot.slack.until(() => text.test(JSON.stringify(bot.slack.views(user).at(-1)?.blocks ?? '')))

describe('the shortcut “Open incident”', () => {
  it('opens the form wherever somebody is, and says privately where the incident is', async () => {
    await bot.slack.shortcut({ user: 'U0BOB', callbackId: 'incident.open' })
    const view = await form('U0BOB')
    await bot.slack.submit({ user: 'U0BOB', view, values: { severity: 'P0', title: 'Nobody can log in' } })
    await root(/P0 · Nobody can log in/)
    await told('U0BOB', /INC-\d+\* is open in <#C0INCIDENTS>/)
  })

  it('is for members, and says so to others', async () => {
    await bot.slack.shortcut({ user: 'U0GUEST', callbackId: 'incident.open' })
    await told('U0GUEST', /only full members/)
  })
})

describe('a shortcut on a message', () => {
  it('puts it into a timeline, with its own time, its author and its address', async () => {
    const { name, root: card } = await bot.open()
    await bot.slack.mention({
      user: 'U0BOB',
      channel: INCIDENTS,
      thread_ts: card.ts,
      text: 'help me: the graph <looks> odd',
    })
    const message = await bot.slack.until(() => bot.slack.thread(INCIDENTS, card.ts).find((m) => /graph/.test(m.text)))
    await bot.slack.shortcut({ user: 'U0ALICE', callbackId: 'message.note', message })
    const view = await form('U0ALICE')
    expect(JSON.stringify(view.blocks)).toContain('the graph')
    await bot.slack.submit({ user: 'U0ALICE', view })
    const isNote = ({ body }: { body: { type: string } }) => body.type === 'note.added'
    const found = await until(async () => (await bot.entries(name)).find(isNote))
    expect(found.body).toMatchObject({ author: 'bob', link: expect.stringContaining(`thread_ts=${card.ts}`) })
    expect(found.occurredAt.getTime()).toBe(Math.floor(Number(message.ts) * 1000))
  })

  it('opens an incident from it, which keeps its address', async () => {
    const { root: card } = await bot.open()
    const message = { channel: INCIDENTS, ts: card.ts }
    await bot.slack.shortcut({ user: 'U0ALICE', callbackId: 'message.open', message: message as never })
    const view = await form('U0ALICE')
    await bot.slack.submit({ user: 'U0ALICE', view, values: { title: 'From a message' } })
    const opened = await root(/From a message/)
    const entries = await bot.entries(/INC-\d+/.exec(opened.text)?.[0] ?? '')
    expect(entries[0]?.body).toMatchObject({ from: expect.stringContaining('/archives/C0INCIDENTS/p') })
  })
})
