import { afterEach, describe, expect, it } from 'vitest'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'

let bot: Bot
afterEach(async () => {
  bot.slack.assertClean()
  await bot.stop()
})

describe('a private incidents channel', () => {
  it('shows everything that happens after a restart too, with the manifest’s scopes', async () => {
    bot = await startBot({ slack: { channels: [{ id: INCIDENTS, is_private: true }] } })
    const { root } = await bot.open()
    await bot.restart()
    await bot.command('U0ALICE', 'scale checkout 5', '/ops')
    await bot.inThread(root.ts, /scale checkout 5.*change\.approve/s)
  })
})

describe('a change that is asked for where nobody would see its card', () => {
  it('is not planned in a channel that the bot is not in', async () => {
    bot = await startBot({
      slack: { channels: [{ id: INCIDENTS }, { id: 'C0OTHER', members: ['U0ALICE', 'U0BOB'] }] },
    })
    const { root } = await bot.open()
    const answer = await bot.ask('U0ALICE', 'scale checkout 5', '/ops', 'C0OTHER')
    expect(answer).toMatch(/Nothing was done: I am not in this channel.*\/invite @firebreak.*--incident INC-7/s)
    expect((await bot.entries('general')).filter(({ subject }) => subject.startsWith('OP-'))).toEqual([])

    await bot.command('U0ALICE', 'scale checkout 5 --incident INC-1', '/ops', 'C0OTHER')
    await bot.inThread(root.ts, /scale checkout 5.*change\.approve/s)
  })

  it('is not planned in a conversation of two', async () => {
    bot = await startBot({
      slack: { channels: [{ id: INCIDENTS }, { id: 'D0ALICE', is_im: true, members: ['U0ALICE', 'U0BOB'] }] },
    })
    expect(await bot.ask('U0ALICE', 'scale checkout 5', '/ops', 'D0ALICE')).toMatch(/nobody else sees this/)
    expect(await bot.ask('U0ALICE', 'pods checkout', '/ops', 'D0ALICE')).toMatch(/ready/)
  })
})
