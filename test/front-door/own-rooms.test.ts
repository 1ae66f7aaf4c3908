import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'
import { until } from '../support/until.ts'

const OWN = (text: string) => text.replace('limits:', 'rooms: { own: true, prefix: fire }, limits:')

let bot: Bot
beforeAll(async () => {
  bot = await startBot({ config: OWN })
})
afterEach(() => bot.slack.assertClean())
afterAll(() => bot.stop())

const roomOf = (name: string) =>
  bot.slack.until(() => [...bot.slack.workspace.channels.values()].find((room) => room.name.startsWith(name)))

describe('slack.rooms.own', () => {
  it('gives a public incident a public channel, and tells of it in the channel that incidents share', async () => {
    expect(await bot.ask('U0ALICE', 'open P1 "Checkout times out" --service checkout')).toMatch(
      /^\*INC-1\* is open, and gets a channel of its own/,
    )
    const room = await roomOf('fire-1')
    expect(room).toMatchObject({ name: 'fire-1-checkout', is_private: false })
    const announced = () => bot.slack.messages(INCIDENTS).find(({ text }) => text.includes('INC-1 · P1'))
    const { ts, text } = await bot.slack.until(announced)
    expect(text).toContain(`Status:* investigating, led by <@U0ALICE>`)
    expect(text).toContain(`It goes on in* <#${room.id}>`)
    await bot.slack.until(() => room.members.includes('U0ALICE'))
    expect(await bot.ask('U0BOB', 'status INC-1')).toContain('Checkout times out')

    await bot.ask('U0BOB', 'resolve', '/incident', room.id)
    await bot.slack.until(() => /Status:\* resolved/.test(announced()?.text ?? ''))
    expect(announced()?.ts).toBe(ts)
    // What people say below it belongs to the incident, too.
    await bot.slack.say({ user: 'U0BOB', channel: INCIDENTS, thread_ts: ts, text: 'is it over?' })
    await until(async () => JSON.stringify(await bot.entries('INC-1')).includes('is it over?'))
  })

  it('takes the next name when somebody else has it', async () => {
    bot.slack.workspace.createChannel('fire-2', false).creator = 'U0BOB'
    await bot.ask('U0ALICE', 'open P1 "Again"')
    expect((await roomOf('fire-2-2')).creator).toBe('U0BOT')
  })
})

describe('without the scope that making public channels takes', () => {
  it('leaves incidents in the channel that they share', async () => {
    const scopes = [
      'commands',
      'chat:write',
      'channels:read',
      'channels:history',
      'users:read',
      'im:write',
      'im:history',
    ]
    const other = await startBot({ config: OWN, slack: { scopes } })
    try {
      expect(await other.ask('U0ALICE', 'open P1 "Shared"')).toMatch(/is open in <#C0INCIDENTS>/)
      expect(await other.ask('U0ALICE', 'open P1 "Keys leaked" --private')).toMatch(
        /Nothing was opened: .*was not granted the scope `groups:write`/,
      )
    } finally {
      await other.stop()
    }
  })
})
