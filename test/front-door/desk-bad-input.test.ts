import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'

let bot: Bot
let incident: Awaited<ReturnType<Bot['open']>>
beforeAll(async () => {
  bot = await startBot()
  incident = await bot.open()
})
afterEach(() => bot.slack.assertClean())
afterAll(() => bot.stop())

const ask = (line: string, user = 'U0ALICE') => bot.ask(user, line)
const form = (user: string) => bot.slack.until(() => bot.slack.views(user).at(-1))

describe('a line that can’t be right', () => {
  it.each([
    [`open P1 ${'x'.repeat(3_000)}`, /title is too long: 3000 characters/],
    ['severity P9', /no severity.*P0.*P1/s],
    ['update hi --status over', /status must be one of investigating, identified/],
    ['update hi --next soon', /next must be a time such as `45m`/],
    ['update hi --template nope', /no template of that name/],
    ['assign bob', /must be a person/],
    ['handoff <@U0NOBODY|nobody>', /Slack knows nobody/],
    ['note x --at yesterday', /at must be a time in your own zone/],
    ['note x --at 99:99', /no such time/],
    ['set --impact "2099-01-01 10:00"', /has not come yet/],
    ['set --service chekout', /Did you mean `checkout`/],
    ['link javascript:alert(1)', /must be an address/],
    ['duplicate of INC-999', /there is no INC-999/],
    ['duplicate of INC-1', /can’t be its own duplicate/],
    ['timeline --entry 3', /takes both/],
    ['resolve --form=yes', /--form takes no value/],
    ['resolve now', /incident must be like/],
    ['ack INC-999', /There is no INC-999/],
  ])('is answered with what is wrong, and records nothing: %s', async (line, answer) => {
    const before = (await bot.entries(incident.name)).length
    expect(await ask(line)).toMatch(answer)
    expect(await bot.entries(incident.name)).toHaveLength(before)
  })
})

describe('what people do at once, too late, or twice', () => {
  it('lets one of two have a role that both give away, and tells of both', async () => {
    await Promise.all([ask('assign <@U0BOB|bob> as scribe'), ask('assign <@U0CAROL|carol> as scribe', 'U0DAVE')])
    const given = (await bot.entries(incident.name)).flatMap(({ body }) =>
      body.type === 'incident.assigned' ? [body] : [],
    )
    expect(given).toHaveLength(2)
    expect(given[1]?.was).toBe(given[0]?.person)
  })

  it('takes one of two who move it to the same status, and tells the other', async () => {
    const answers = await Promise.all(['U0ALICE', 'U0BOB', 'U0CAROL'].map((user) => ask('mitigated', user)))
    expect(answers.filter((text) => /is mitigated\./.test(text))).toHaveLength(1)
    expect(answers.filter((text) => /is mitigated already/.test(text))).toHaveLength(2)
  })

  it('says in the form that the incident was closed meanwhile', async () => {
    const other = await bot.open('open P3 "Short"')
    await bot.command('U0BOB', `update ${other.name}`)
    const view = await form('U0BOB')
    await ask(`resolve ${other.name}`)
    await ask(`close ${other.name} --anyway`)
    await bot.slack.submit({ user: 'U0BOB', view, values: { text: 'still looking', next: 'none' } })
    const preview = await bot.slack.until(() => {
      const now = bot.slack.views('U0BOB').at(-1)
      return now && JSON.stringify(now).includes('This is what it says') ? now : null
    })
    await bot.slack.submit({ user: 'U0BOB', view: preview, values: { text: 'still looking', next: 'none' } })
    await bot.slack.until(() => bot.slack.ephemerals('U0BOB').some(({ text }) => /is closed: that is final/.test(text)))
    expect((await bot.entries(other.name)).some(({ body }) => body.type === 'incident.updated')).toBe(false)
  })

  it('takes every payload once that Slack delivers twice', async () => {
    const { delivery } = await bot.command('U0BOB', `note ${incident.name} said once`)
    await bot.slack.redeliver(delivery)
    await bot.slack.until(() => bot.slack.ephemerals('U0BOB').some(({ text }) => /has that in its timeline/.test(text)))
    const notes = (await bot.entries(incident.name)).filter(({ body }) => body.type === 'note.added')
    expect(notes).toHaveLength(1)
  })

  it('answers a button of an incident that is long closed', async () => {
    const other = await bot.open('open P3 "Over"')
    const before = structuredClone(bot.slack.message(INCIDENTS, other.root.ts)) as never
    await ask(`resolve ${other.name}`)
    await ask(`close ${other.name} --anyway`)
    const { responses } = await bot.slack.click({ user: 'U0BOB', message: before, actionId: 'incident.ack' })
    expect(String((await bot.slack.until(() => responses[0]))?.text)).toMatch(/is closed already/)
  })

  it('keeps titles from hiding, reordering or mentioning anything', async () => {
    const hostile = await bot.open('open P2 "a\u202Eb\u0007 <!channel> `x` *y* & <https://evil.example|z>"')
    expect(hostile.root.text).not.toMatch(/\u202E|\p{Cc}(?<!\n)|<!channel>|<https:\/\/evil/u)
    await ask(`resolve ${hostile.name}`)
  })
})
