import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openThread } from '../support/conversation.ts'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'

type Thread = Awaited<ReturnType<typeof openThread>>

const users = [
  ...['U0ALICE', 'U0BOB', 'U0CAROL'].map((id) => ({ id })),
  { id: 'U0GUEST', is_restricted: true },
  { id: 'U0ROBOT', is_bot: true },
]
const channels = [
  { id: INCIDENTS, name: 'incidents-critical' },
  { id: 'C0ALERTS', name: 'alerts' },
  { id: 'C0ROOM' },
  { id: 'C0TOMB' },
]

let bot: Bot
let thread: Thread
beforeAll(async () => {
  bot = await startBot({ slack: { users, channels } })
})
afterAll(() => bot.stop())
beforeEach(async () => {
  thread = await openThread(bot)
})
afterEach(() => bot.slack.assertClean())

describe('what people write in an incident’s thread', () => {
  it('is on record when they wrote it, in their names, and who joined', async () => {
    const { ts } = await thread.say('U0BOB', 'looks like the pool')
    await thread.say('U0GUEST', 'it is slow for us')
    await thread.say('U0BOB', 'on it')
    expect(await thread.record()).toEqual(['bob: “looks like the pool”', 'guest: “it is slow for us”', 'bob: “on it”'])
    const [joined, posted, ...rest] = await thread.talk()
    const at = new Date(Math.round(Number(ts) * 1000))
    expect(joined).toMatchObject({ occurredAt: at, body: { type: 'person.joined', person: 'T0FAKE/U0BOB' } })
    expect(posted).toMatchObject({
      actor: { id: 'T0FAKE/U0BOB', name: 'bob' },
      occurredAt: at,
      body: { type: 'message.posted', channel: INCIDENTS, ts },
    })
    // Alice opened it, and takes part from then on.
    const others = rest.flatMap(({ body }) => (body.type === 'person.joined' ? [body.person] : []))
    expect(others).toEqual(['T0FAKE/U0GUEST'])
    const taking = await bot.db.selectFrom('participants').select('person').where('incident', '=', thread.id).execute()
    expect(taking).toHaveLength(3)
  })

  it('says what its references mean', async () => {
    await thread.say('U0BOB', '@carol and @sre: see #alerts &amp; a < b, https://example.com/a|b or @channel')
    const verbatim = (text: string) => thread.say('U0BOB', text, { verbatim: true })
    await verbatim('<https://example.com/dash|the dashboard>, <mailto:a@example.com|a@example.com>, <tel:112>')
    await verbatim('<@U0NOBODY> <#C0NOWHERE> <#C0ALERTS> <!subteam^S0SRE> <!here|here> <!date^1^{date}|Thursday>')
    expect(await thread.record()).toEqual([
      'bob: “@carol and @sre: see #alerts &amp; a < b, https://example.com/a|b or @channel”',
      'bob: “the dashboard (https://example.com/dash), a@example.com, 112”',
      'bob: “@U0NOBODY #C0NOWHERE #alerts @S0SRE @here Thursday”',
    ])
  })

  it('keeps its files as references, and leaves them where they are', async () => {
    await thread.say('U0BOB', 'the graph', { files: ['graph.png', 'pool.csv'] })
    await thread.say('U0BOB', '', { files: ['alone.png'] })
    expect(await thread.record()).toEqual(['bob: “the graph” [graph.png, pool.csv]', 'bob: [alone.png]'])
    const [, posted] = await thread.talk()
    const files = posted?.body.type === 'message.posted' ? posted.body.files : []
    expect(files.map(({ name }) => name)).toEqual(['graph.png', 'pool.csv'])
    for (const { id, name, link } of files) expect(link).toBe(`https://fake.slack.com/files/U0BOB/${id}/${name}`)
    expect(bot.slack.calls.filter(({ method }) => method.startsWith('files.'))).toEqual([])
  })

  it('is followed through its edits, and its deletion', async () => {
    const { ts } = await thread.say('U0BOB', 'the pool is ful')
    await thread.edit(ts, 'the pool is full')
    await thread.edit(ts, 'the pool is full since 20:00', { user: 'U0CAROL' })
    await bot.slack.unsay(thread.at(ts))
    expect(await thread.record()).toEqual([
      'bob: “the pool is ful”',
      'bob edited a message; it says now: “the pool is full”',
      'carol edited a message; it says now: “the pool is full since 20:00”',
      'A message of bob was deleted.',
    ])
  })

  it('is on record as deleted where Slack keeps its place, because it has replies', async () => {
    await bot.db
      .updateTable('incidents')
      .set({ channel: 'C0TOMB', own_room: true })
      .where('id', '=', thread.id)
      .execute()
    const { ts } = await bot.slack.say({ user: 'U0BOB', channel: 'C0TOMB', text: 'wrong room' })
    await bot.slack.say({ user: 'U0CAROL', channel: 'C0TOMB', thread_ts: ts, text: 'yes' })
    await bot.slack.unsay({ channel: 'C0TOMB', ts })
    expect(await thread.record({ channel: 'C0TOMB' })).toEqual([
      'bob: “wrong room”',
      'carol: “yes”',
      'A message of bob was deleted.',
    ])
  })

  it('has no entry when no word is another', async () => {
    const { ts } = await thread.say('U0BOB', 'see https://example.com')
    await bot.slack.unfurl({ ...thread.at(ts), title: 'Example' })
    expect(await thread.record()).toEqual(['bob: “see https://example.com”'])
  })

  it('counts a reply that is shown in the channel too, and what the bot is told, once', async () => {
    await thread.say('U0BOB', 'we need help', { broadcast: true })
    await bot.slack.mention({ user: 'U0BOB', channel: INCIDENTS, thread_ts: thread.root.ts, text: 'status' })
    expect(await thread.record()).toEqual(['bob: “we need help”', 'bob: “@firebreak status”'])
  })

  it('is there once, whatever is delivered twice', async () => {
    const from = bot.slack.deliveries.length
    const { ts } = await thread.say('U0BOB', 'one')
    await thread.edit(ts, 'two')
    await thread.edit(ts, 'three')
    await bot.slack.unsay(thread.at(ts))
    const once = await thread.record()
    expect(once).toHaveLength(4)
    const told = bot.slack.deliveries.slice(from).filter(({ kind }) => kind === 'events_api')
    for (const delivery of [...told, ...told]) await bot.slack.redeliver(delivery)
    expect(await thread.record()).toEqual(once)
  })

  it('is recorded after the incident is resolved, and no more once it is closed', async () => {
    await bot.ask('U0ALICE', `resolve ${thread.name}`)
    await thread.say('U0BOB', 'thank you all')
    expect(await thread.record()).toEqual(['bob: “thank you all”'])
    const length = (await bot.entries(thread.name)).length
    await bot.db.updateTable('incidents').set({ status: 'closed' }).where('id', '=', thread.id).execute()
    await thread.say('U0BOB', 'nobody reads this')
    const other = await openThread(bot)
    await other.say('U0BOB', 'elsewhere')
    await other.record()
    expect(await bot.entries(thread.name)).toHaveLength(length)
  })
})

describe('what is not kept', () => {
  const chains = async () => (await bot.db.selectFrom('timeline').select(['chain', 'seq']).execute()).length

  it('is said outside of incidents', async () => {
    const other = await bot.slack.say({ user: 'U0BOB', channel: INCIDENTS, text: 'lunch?' })
    await bot.slack.say({ user: 'U0CAROL', channel: INCIDENTS, thread_ts: other.ts, text: 'yes' })
    await bot.slack.say({ user: 'U0CAROL', channel: 'C0ALERTS', text: 'hello' })
    const recorded = await chains()
    expect(await thread.record()).toEqual([])
    expect(await chains()).toBe(recorded + 1)
  })

  it('is what bots write, we among them, and what Slack says by itself', async () => {
    const message = { type: 'message', channel: INCIDENTS, channel_type: 'channel', thread_ts: thread.root.ts }
    await bot.slack.tell({ ...message, subtype: 'bot_message', bot_id: 'B0OTHER', text: 'deployed' })
    await bot.slack.tell({ ...message, user: 'U0ROBOT', text: 'I am a bot with a user' })
    await bot.slack.tell({ ...message, user: 'USLACKBOT', text: 'reminder' })
    await bot.slack.tell({ ...message, subtype: 'channel_join', user: 'U0BOB', text: '<@U0BOB> has joined' })
    await bot.slack.tell({ ...message, subtype: 'channel_topic', user: 'U0BOB', topic: 'fire', text: 'set the topic' })
    // Without a subtype, as the Events API sends it: a thread has one more reply.
    await bot.slack.tell({ ...message, hidden: true, message: { ts: thread.root.ts, reply_count: 3 } })
    await bot.slack.tell({ ...message, subtype: 'message_changed', hidden: true })
    await bot.slack.tell({ ...message, subtype: 'message_deleted', hidden: true, deleted_ts: '1700000000.000100' })
    expect(await thread.record()).toEqual([])
  })
})

describe('hostile words', () => {
  it('neither hide nor reorder anything, nor ring a phone', async () => {
    await thread.say('U0BOB', 'roll\u202eback\u0000 \u200bnow\u0007\u2066 <!channel>', { verbatim: true })
    await thread.say('U0BOB', '&lt;!channel&gt; | *x* [click](https://evil.example) `rm`', { verbatim: true })
    expect(await thread.record()).toEqual([
      'bob: “rollback now @channel”',
      'bob: “<!channel> | *x* [click](https://evil.example) `rm`”',
    ])
    await bot.slack.command({
      user: 'U0ALICE',
      channel: INCIDENTS,
      command: '/incident',
      text: `export ${thread.name} md`,
    })
    const file = await bot.slack.until(() => bot.slack.files.find(({ filename }) => filename === `${thread.name}.md`))
    await bot.slack.until(() => file.content)
    expect(String(file.content)).toContain('&lt;!channel&gt; \\| \\*x\\* \\[click\\](https://evil.example) \\`rm\\`')
  })

  it('are cut at some length, which is said, and secrets are taken out before', async () => {
    const token = `xoxb-${'1'.repeat(12)}-${'2'.repeat(12)}-${'a'.repeat(24)}`
    await thread.say('U0BOB', `${'x'.repeat(9_990)} ${token} ${'y'.repeat(29_000)}`)
    await thread.say('U0BOB', `${'é'.repeat(9_999)}😀${'z'.repeat(100)}`)
    const [long, short] = await thread.record()
    expect(long).toHaveLength(10_000 + 'bob: “… (29021 more characters, in Slack)”'.length)
    expect(long).not.toContain('xoxb')
    expect(short).toMatch(/é… \(102 more characters, in Slack\)”$/)
    const stored = await bot.db.selectFrom('payloads').select('body').where('chain', '=', thread.name).execute()
    expect(stored.filter(({ body }) => body.includes(token.slice(0, 20)))).toEqual([])
  })

  it('may name a hundred people without a hundred questions to Slack', async () => {
    const asked = () => bot.slack.calls.filter(({ method }) => method === 'users.info').length
    const before = asked()
    const mentions = Array.from({ length: 100 }, (_, n) => `<@U0X${n}>`).join(' ')
    await thread.say('U0BOB', mentions, { verbatim: true })
    expect(await thread.record()).toEqual([`bob: “${mentions.replace(/[<>]/g, '')}”`])
    expect(asked() - before).toBeLessThanOrEqual(21)
  })
})

describe('the export', () => {
  it('shows the conversation in its order, with names', async () => {
    await thread.say('U0BOB', 'first')
    await thread.say('U0CAROL', 'second, @bob', { files: ['graph.png'] })
    await thread.say('U0BOB', 'third')
    await thread.record()
    await bot.slack.command({
      user: 'U0ALICE',
      channel: INCIDENTS,
      command: '/incident',
      text: `export ${thread.name} md`,
    })
    const file = await bot.slack.until(() => bot.slack.files.find(({ filename }) => filename === `${thread.name}.md`))
    await bot.slack.until(() => file.content)
    const told = String(file.content)
      .split('\n')
      .filter((line) => /“(first|second|third)/.test(line))
    expect(told.map((line) => line.split(' | ')[3])).toEqual([
      'bob: “first”',
      'carol: “second, @bob” \\[graph.png\\]',
      'bob: “third”',
    ])
  })
})

describe('an incident with a channel of its own', () => {
  it('has all that is written there', async () => {
    await bot.db
      .updateTable('incidents')
      .set({ channel: 'C0ROOM', own_room: true })
      .where('id', '=', thread.id)
      .execute()
    const { ts } = await bot.slack.say({ user: 'U0BOB', channel: 'C0ROOM', text: 'here we are' })
    await bot.slack.say({ user: 'U0CAROL', channel: 'C0ROOM', thread_ts: ts, text: 'good' })
    expect(await thread.record({ channel: 'C0ROOM' })).toEqual(['bob: “here we are”', 'carol: “good”'])
  })
})
