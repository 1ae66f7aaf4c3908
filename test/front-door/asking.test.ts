import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { withClient } from '../../src/storage/connection.ts'
import type { Message } from '../slack/fake/types.ts'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'

// Bob approves, then Carol, then Dave; by itself nobody else is asked within these tests.
let bot: Bot
let incident: Awaited<ReturnType<Bot['open']>>
beforeAll(async () => {
  bot = await startBot({
    slack: { users: ['U0ALICE', 'U0BOB', 'U0CAROL', 'U0DAVE', 'U0GUEST'].map(asUser) },
    config: (text) =>
      `${text}
schedules:
  approvers: { people: [U0BOB, U0CAROL, U0DAVE], every: 5000d }
approvals: { ask_next: { after: [600s] } }
`
        .replace('approver: { users: [U0BOB], user_groups: [S0SRE] }', 'approver: { on_call: [approvers] }')
        .replaceAll('owners: [approver]', 'owners: [operator]'),
  })
  incident = await bot.open()
})
afterEach(() => bot.slack.assertClean())
afterAll(() => bot.stop())

const asUser = (id: string) => ({ id, ...(id === 'U0GUEST' && { is_restricted: true }) })
const now = (ts: string) => bot.slack.message(INCIDENTS, ts) as Message
const shows = (ts: string, text: RegExp) => bot.slack.until(() => text.test(now(ts).text))
/** As if whoever was asked had had half a minute. */
const timePasses = () =>
  withClient(bot.database.migrateUrl, (client) => client.query(`update asks set asked_at = asked_at - interval '40 s'`))

let card: Message
let name: string
let replicas = 10
beforeEach(async () => {
  replicas += 1
  const line = `scale checkout ${replicas}`
  await bot.command('U0ALICE', `${line} --incident ${incident.name}`, '/ops')
  card = await bot.inThread(incident.root.ts, new RegExp(`${line}.*change\\.approve`, 's'))
  name = /OP-\d+/.exec(card.text)?.[0] as string
})

/** The messages that ask for this change anew: an edited card notifies nobody. */
const calls = () =>
  bot.slack
    .thread(INCIDENTS, incident.root.ts)
    .filter(({ text }) => text.includes(`*${name}*`) && /nobody looks/.test(text))
const nthCall = (nth: number) => bot.slack.until(() => calls()[nth - 1])
const mentioned = ({ text }: Message) => text.match(/<@U\w+>/g)
const asked = async () =>
  (await bot.entries(incident.name)).flatMap(({ subject, body }) =>
    subject === name && body.type === 'change.asked' ? [body.people.map((id) => id.replace('T0FAKE/', ''))] : [],
  )

const press = (user: string, message = card) => bot.slack.click({ user, message, actionId: 'change.ask_again' })
const type = (user: string) => bot.command(user, `ask ${name}`, '/ops')
async function told({ responses }: Awaited<ReturnType<typeof press>>): Promise<string> {
  return String((await bot.slack.until(() => responses[0])).text)
}

describe.each([
  ['with one tap', (user: string) => press(user)],
  ['by the typed verb', type],
])('asking again %s', (_, ask) => {
  it('mentions who was asked, and the next one in turn, each time', async () => {
    expect(mentioned(card), 'at first one is asked').toContain('<@U0BOB>')
    expect(card.text).not.toMatch(/<@U0CAROL>|<@U0DAVE>/)
    await timePasses()
    await ask('U0ALICE')
    const second = await nthCall(1)
    expect(mentioned(second)).toEqual(['<@U0BOB>', '<@U0CAROL>'])
    expect(second.text).toContain(`scale checkout ${replicas}`)
    await shows(card.ts, /Asked: <@U0BOB>, <@U0CAROL>$/m)

    await timePasses()
    await ask('U0CAROL')
    expect(mentioned(await nthCall(2))).toEqual(['<@U0BOB>', '<@U0CAROL>', '<@U0DAVE>'])
    expect(await asked()).toEqual([['U0BOB'], ['U0BOB', 'U0CAROL'], ['U0BOB', 'U0CAROL', 'U0DAVE']])
    expect(calls()).toHaveLength(2)
  })

  it('lets decide who was mentioned so, and nobody who was not', async () => {
    const approve = (user: string) => bot.slack.click({ user, message: now(card.ts), actionId: 'change.approve' })
    expect(await told(await approve('U0CAROL'))).toMatch(/takes the role approver/)
    await timePasses()
    await ask('U0ALICE')
    await nthCall(1)
    expect(await told(await approve('U0DAVE'))).toMatch(/takes the role approver/)
    await approve('U0CAROL')
    await shows(card.ts, /Approved by <@U0CAROL>/)
    await shows(card.ts, /Succeeded/)
    expect(await told(await ask('U0ALICE')), 'then it is too late').toMatch(
      new RegExp(`Nothing changed: ${name} is \\w+ already`),
    )
  })

  it('mentions nobody twice within half a minute', async () => {
    expect(await told(await ask('U0ALICE'))).toMatch(/Nothing changed: they were asked \d+ s ago/)
    expect(await asked()).toEqual([['U0BOB']])
    expect(calls()).toEqual([])
  })

  it('is for full members of the workspace', async () => {
    await timePasses()
    expect(await told(await ask('U0GUEST'))).toMatch(/Nothing changed: only full members of the workspace/)
    expect(await asked()).toEqual([['U0BOB']])
  })
})

describe('the message that asks again', () => {
  it('has the button, too', async () => {
    await timePasses()
    await press('U0ALICE')
    const call = await nthCall(1)
    await timePasses()
    await press('U0ALICE', call)
    expect(mentioned(await nthCall(2))).toEqual(['<@U0BOB>', '<@U0CAROL>', '<@U0DAVE>'])
  })

  it('mentions the same people again when nobody is left', async () => {
    for (const nth of [1, 2, 3]) {
      await timePasses()
      await press('U0ALICE')
      await nthCall(nth)
    }
    expect((await asked()).slice(-2)).toEqual(Array(2).fill(['U0BOB', 'U0CAROL', 'U0DAVE']))
    expect(mentioned(await nthCall(3))).toEqual(['<@U0BOB>', '<@U0CAROL>', '<@U0DAVE>'])
  })
})
