import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'

const TIME = /<!date\^\d+\^\{date_short_pretty\} \{time\}\|\d{4}-\d\d-\d\d \d\d:\d\d UTC>/.source

let bot: Bot
beforeAll(async () => {
  bot = await startBot({
    config: (text) =>
      `${text}
schedules:
  payments: { people: [U0CAROL, U0DAVE], every: 12h }
  platform: { zone: Europe/Lisbon, people: [U0BOB] }
  night:
    people: [U0CAROL]
    overrides: [{ person: U0DAVE, from: 2020-01-01 00:00, until: 2100-01-01 00:00 }]
`
        .replace('payments: { owners', 'payments: { on_call: payments, owners')
        .replace('approver: { users: [U0BOB], user_groups: [S0SRE] }', 'approver: { on_call: [night] }'),
  })
})
afterEach(() => bot.slack.assertClean())
afterAll(() => bot.stop())

const other = { U0CAROL: 'U0DAVE', U0DAVE: 'U0CAROL' } as const
const ask = (line: string, user = 'U0ALICE') => bot.ask(user, line, '/ops')

describe('/ops oncall', () => {
  it.each([
    'oncall',
    'on-call',
    'ONCALL',
  ])('tells who is on call in each schedule, until when and who is next: %s', async (line) => {
    const [payments, platform, night, ...more] = (await ask(line)).split('\n')
    const [, now, next] = /^\*payments\*: <@(\w+)> until .*, then <@(\w+)>$/.exec(payments as string) ?? []
    expect(payments).toMatch(new RegExp(TIME))
    expect(next).toBe(other[now as keyof typeof other])
    expect(platform).toBe('*platform*: <@U0BOB>, always')
    expect(night).toMatch(/^\*night\*: <@U0DAVE> until .*2100-01-01 00:00 UTC>, then <@U0CAROL>$/)
    expect(more).toEqual([])
  })

  it('tells of a service’s own schedule', async () => {
    expect(await ask('oncall payments')).toMatch(/^\*payments\*: <@U0(CAROL|DAVE)> until [^\n]*$/)
    expect(await ask('oncall checkout')).toMatch(/Nobody is on call for `checkout`: it names no schedule.*`on_call`/)
    expect(await ask('oncall chekcout')).toMatch(/no service `chekcout`\. Did you mean checkout\?/)
    expect(await ask('oncall banana')).toMatch(/no service `banana`\. There is `checkout`, `payments`/)
    expect(await ask('oncall payments now')).toMatch(/“now” is one argument too many/)
  })

  it('is in the help, and works by mention', async () => {
    expect(await ask('help')).toMatch(/\/ops oncall/)
    const { root } = await bot.open()
    await bot.slack.mention({ user: 'U0BOB', channel: INCIDENTS, thread_ts: root.ts, text: 'oncall payments' })
    const told = await bot.slack.until(() => bot.slack.ephemerals('U0BOB').at(-1))
    expect(told.text).toMatch(/^\*payments\*/)
  })

  it('is who may approve: whoever is on call holds the role, and whoever only would be does not', async () => {
    await bot.command('U0ALICE', 'scale checkout 5 --incident INC-1', '/ops')
    const root = bot.slack.messages(INCIDENTS).find(({ text }) => text.includes('INC-1'))
    const card = await bot.inThread(String(root?.ts), /scale checkout 5.*change\.approve/s)
    const { responses } = await bot.slack.click({ user: 'U0CAROL', message: card, actionId: 'change.approve' })
    const [refusal] = await bot.slack.until(() => (responses.length > 0 ? responses : null))
    expect(refusal?.text).toMatch(/takes the role approver, which you don't hold/)
    await bot.slack.click({ user: 'U0DAVE', message: card, actionId: 'change.approve' })
    await bot.slack.until(() => /succeeded/i.test(bot.slack.message(INCIDENTS, card.ts)?.text ?? ''))
  })
})
