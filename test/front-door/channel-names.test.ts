import { afterEach, describe, expect, it } from 'vitest'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'

let bot: Bot
let said: string[]
afterEach(async () => {
  bot.slack.assertClean()
  await bot.stop()
})

const NAME = '#incidents-critical'
async function start() {
  said = []
  const config = (text: string) =>
    text.replace(INCIDENTS, `"${NAME}"`).replace('alerts_channel: C0ALERTS', 'alerts_channel: "#alerts"')
  bot = await startBot({ config, heard: (line) => said.push(JSON.parse(line).msg) })
}
const rename = (id: string, name: string) => Object.assign(bot.slack.workspace.channels.get(id) ?? {}, { name })
const meanings = async () =>
  (await bot.entries('general')).flatMap(({ body }) => (body.type === 'config.channels' ? [body.channels] : []))

const OURS = { [NAME]: INCIDENTS, '#alerts': 'C0ALERTS' }

describe('an incidents channel that firebreak.yml has by its name', () => {
  it('is where incidents open, and what the name means is on record once', async () => {
    await start()
    await bot.open()
    expect(await meanings()).toEqual([OURS])
    await bot.restart()
    expect(await meanings()).toEqual([OURS])
  })

  it('is what it was while Slack can’t say what the name means', async () => {
    await start()
    bot.slack.fail('users.conversations', { status: 503 })
    await bot.restart()
    expect(said).toContain('Slack can’t say which channels are meant; going by what it said before')
    await bot.open()
  })

  it('stays the same when it is renamed, which is said at the next start', async () => {
    await start()
    rename(INCIDENTS, 'incidents-p0')
    await bot.open()
    await bot.restart()
    expect(said).toContainEqual(
      expect.stringMatching(/no channel called #incidents-critical .*\. Going on with C0INCIDENTS, which it was/),
    )
    await bot.open()
    expect(await meanings()).toEqual([OURS])
  })

  it('is the one that has the name at the next start, and that is on record', async () => {
    await start()
    rename(INCIDENTS, 'incidents-old')
    rename('C0ALERTS', 'incidents-critical')
    bot.slack.workspace.channels.set('C0NEW', {
      ...bot.slack.workspace.channel(INCIDENTS),
      id: 'C0NEW',
      name: 'alerts',
    })
    await bot.restart()
    expect(said).toContain('#incidents-critical is another channel than at the last start')
    expect(await meanings()).toEqual([OURS, { [NAME]: 'C0ALERTS', '#alerts': 'C0NEW' }])
    await bot.command('U0ALICE', 'open P1 "Checkout times out" --service checkout')
    await bot.slack.until(() => bot.slack.messages('C0ALERTS').find(({ text }) => /INC-1 ·/.test(text)))
  })
})
