import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'

let bot: Bot
beforeEach(async () => {
  bot = await startBot({
    more: `
severities:
  - { name: P1, acknowledge_within: 2s }
  - { name: P2, update_every: 2s }
`,
  })
})
afterEach(async () => {
  bot.slack.assertClean()
  await bot.stop()
})

const told = (user: string, text: RegExp) =>
  bot.slack.until(() => bot.slack.messages(`D${user.slice(1)}`).find((m) => text.test(m.text)))
const card = (ts: string, text: RegExp) =>
  bot.slack.until(() => text.test(bot.slack.message(INCIDENTS, ts)?.text ?? ''))

describe('a reminder', () => {
  it('comes privately when nobody is on it in time, and is settled by one tap of its button', async () => {
    const { root, name } = await bot.open('open P1 "Checkout times out"')
    const reminder = await told('U0ALICE', /Nobody has acknowledged it/)
    expect(reminder.text).toContain(`*${name}*`)
    await card(root.ts, /response time breached: due/)
    await bot.slack.click({ user: 'U0ALICE', message: reminder, actionId: 'incident.ack' })
    await told('U0ALICE', /Settled/)
    await card(root.ts, /acknowledged after .*; response time breached by/)
    expect(bot.slack.thread(INCIDENTS, root.ts), 'nothing nags the thread').toHaveLength(2)
  })

  it('survives a restart, which it was due in', async () => {
    await bot.open('open P2 "Slow"')
    await bot.restart()
    await told('U0ALICE', /An update is due/)
  })

  it('is put off for as long as its button says', async () => {
    await bot.open('open P2 "Slow"')
    const reminder = await told('U0ALICE', /An update is due/)
    await bot.slack.click({ user: 'U0ALICE', message: reminder, actionId: 'reminder.snooze:1' })
    const snoozed = await told('U0ALICE', /Snoozed until/)
    expect(JSON.stringify(snoozed.blocks)).not.toContain('reminder.snooze')
    const [row] = await bot.db.selectFrom('reminders').select(['sent_at', 'snoozed_until']).execute()
    const minutes = ((row?.snoozed_until?.getTime() ?? 0) - (row?.sent_at.getTime() ?? 0)) / 60_000
    expect(Math.round(minutes)).toBe(30)
  })

  it('goes nowhere when whoever it is for has left, and the rest goes on', async () => {
    const { root } = await bot.open('open P2 "Slow"')
    bot.slack.fail('conversations.open', { error: 'user_disabled' })
    await bot.slack.until(() => bot.slack.calls.some(({ method }) => method === 'conversations.open'))
    await bot.ask('U0BOB', 'update "we look"')
    await bot.inThread(root.ts, /we look/)
  })
})
