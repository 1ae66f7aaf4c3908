import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'

describe.each(['http', 'socket'] as const)('the main job, over %s', (mode) => {
  let bot: Bot
  beforeAll(async () => {
    bot = await startBot({ mode })
  })
  afterEach(() => bot.slack.assertClean())
  afterAll(() => bot.stop())

  it('goes from an opened incident to an exported timeline', async () => {
    const { slack } = bot
    const { root, name } = await bot.open()
    expect(root.text).toContain('INC-1')

    // Diagnose, from the thread.
    await slack.mention({ user: 'U0ALICE', channel: INCIDENTS, thread_ts: root.ts, text: 'ops pods checkout' })
    await bot.inThread(root.ts, /OOMKilled/)
    await slack.mention({
      user: 'U0ALICE',
      channel: INCIDENTS,
      thread_ts: root.ts,
      text: 'ops logs checkout --tail 100 --grep payment',
    })
    await bot.inThread(root.ts, /payment authorization failed/)

    // Mitigate: Alice asks, Bob approves.
    await bot.command('U0ALICE', 'scale checkout 5', '/ops')
    const card = await bot.inThread(root.ts, /scale checkout 5.*change\.approve/s)
    expect(JSON.stringify(card)).toContain('3')
    await slack.click({ user: 'U0BOB', message: card, actionId: 'change.approve' })
    const done = await slack.until(() => {
      const now = slack.message(INCIDENTS, card.ts)
      return now && /5\/5 ready/.test(JSON.stringify(now)) && /change\.undo/.test(JSON.stringify(now)) ? now : null
    })
    expect(done?.text).toContain('OP-1')
    expect(bot.playground?.world).toBeDefined()

    // Resolve and export.
    await bot.command('U0ALICE', 'resolve --cause "payment provider slow"')
    await slack.until(() => /resolved/i.test(slack.message(INCIDENTS, root.ts)?.text ?? ''))
    await bot.command('U0ALICE', 'export INC-1 md')
    const file = await slack.until(() => slack.files.find((f) => f.filename === 'INC-1.md' && f.shares.length > 0))
    const text = String(file.content)
    expect(text).toContain('Checkout times out')
    expect(text).toContain('scale checkout 5')

    const told = (await bot.entries(name)).map(({ body }) => body.type)
    expect(told.filter((type) => type === 'message.posted')).toHaveLength(2)
    const types = told.filter((type) => !/^(message|person)\./.test(type))
    const begin = ['incident.opened', 'chain.signed', 'operation.read', 'operation.read', 'change.planned']
    expect(types.slice(0, 5)).toEqual(begin)
    expect(types.at(-1)).toBe('incident.exported')
  })
})
