import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createTasks } from '../../src/incidents/conversation/tasks.ts'
import { createLedger } from '../../src/timeline/ledger.ts'
import { openThread, said } from '../support/conversation.ts'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'
import { until } from '../support/until.ts'

type Thread = Awaited<ReturnType<typeof openThread>>

const users = [...['U0ALICE', 'U0BOB', 'U0CAROL'].map((id) => ({ id })), { id: 'U0GUEST', is_restricted: true }]

let bot: Bot
let thread: Thread
beforeAll(async () => {
  bot = await startBot({
    slack: { users },
    more: 'reactions: { event: [pushpin, eyes] }\n',
  })
})
afterAll(() => bot.stop())
beforeEach(async () => {
  thread = await openThread(bot)
})
afterEach(() => bot.slack.assertClean())

const react = (user: string, ts: string, name: string) => bot.slack.react({ user, ...thread.at(ts), name })
const unreact = (user: string, ts: string, name: string) => bot.slack.unreact({ user, ...thread.at(ts), name })
/** The marks that are on record, once there are so many. */
const marks = async (many: number) =>
  await until(async () => {
    const sentences = (await said(bot, thread.name)).filter((sentence) => /marked as|took back/.test(sentence))
    return sentences.length >= many && sentences
  })
/** Once so many reactions stand. */
const standing = async (ts: string, many: number) =>
  await until(async () => {
    const marks = bot.db.selectFrom('marks').select('emoji').where('ts', '=', ts).where('stands', '=', true)
    return (await marks.execute()).length === many
  })
const tasks = () => createTasks(bot.db, createLedger(bot.db))

describe('a reaction', () => {
  it('marks the very reply that it is on, when it was written', async () => {
    await thread.say('U0BOB', 'something else')
    const { ts } = await thread.say('U0BOB', 'deployed 4.2 at 19:58')
    await thread.say('U0BOB', 'and something more')
    await react('U0ALICE', ts, 'pushpin')
    expect(await marks(1)).toEqual(['alice marked as an event what bob said: “deployed 4.2 at 19:58”.'])
    const marked = (await thread.talk()).find(({ body }) => body.type === 'message.marked')
    expect(marked).toMatchObject({
      actor: { id: 'T0FAKE/U0ALICE' },
      occurredAt: new Date(Math.round(Number(ts) * 1000)),
      body: { channel: INCIDENTS, ts, as: 'event' },
    })
  })

  it('marks the root, and what the bot answered', async () => {
    await react('U0ALICE', thread.root.ts, 'eyes')
    expect(await marks(1)).toEqual([
      expect.stringMatching(/^alice marked as an event what Firebreak said: “.*INC-\d+/s),
    ])
    const reply = await bot.inThread(thread.root.ts, /Timeline signed/)
    await react('U0BOB', reply.ts, 'pushpin')
    expect(await marks(2)).toContainEqual(expect.stringMatching(/what Firebreak said: “.*Timeline signed up to/s))
  })

  it('raises a task for whom the message mentions, and a follow-up for whoever reacts', async () => {
    const pool = await thread.say('U0BOB', '@firebreak @carol please raise the limit, @alice knows it')
    const later = await thread.say('U0BOB', 'we should alert on that')
    await react('U0ALICE', pool.ts, 'white_check_mark::skin-tone-3')
    await react('U0ALICE', later.ts, 'repeat')
    await marks(2)
    const open = await tasks().openOf(thread.id)
    expect(open.find(({ kind }) => kind === 'task')).toMatchObject({
      text: '@firebreak @carol please raise the limit, @alice knows it',
      ...{ owner: 'T0FAKE/U0CAROL', raisedBy: 'T0FAKE/U0ALICE', message: { channel: INCIDENTS, ts: pool.ts } },
    })
    expect(open.find(({ kind }) => kind === 'follow-up')).toMatchObject({
      text: 'we should alert on that',
      ...{ owner: 'T0FAKE/U0ALICE', raisedBy: 'T0FAKE/U0ALICE', message: { channel: INCIDENTS, ts: later.ts } },
    })
    expect((await tasks().openOwnedBy(['T0FAKE/U0CAROL'])).map(({ incident }) => incident)).toEqual([thread.id])
  })

  it('of two people marks once, and is taken back by the last of them, with its task', async () => {
    const { ts } = await thread.say('U0BOB', 'restart the workers')
    await react('U0ALICE', ts, 'white_check_mark')
    await marks(1)
    await react('U0BOB', ts, 'white_check_mark')
    await standing(ts, 2)
    await unreact('U0ALICE', ts, 'white_check_mark')
    await standing(ts, 1)
    expect(await tasks().openOf(thread.id)).toHaveLength(1)
    await unreact('U0BOB', ts, 'white_check_mark')
    expect(await marks(2)).toEqual([
      'alice marked as a task what bob said: “restart the workers”.',
      'bob took back that a message was a task.',
    ])
    expect(await tasks().openOf(thread.id)).toEqual([])
    await react('U0BOB', ts, 'white_check_mark')
    await marks(3)
    expect(await tasks().openOf(thread.id)).toHaveLength(1)
  })

  it('by another emoji for the same leaves the mark', async () => {
    const { ts } = await thread.say('U0BOB', 'it began at 19:58')
    await react('U0ALICE', ts, 'pushpin')
    await marks(1)
    await react('U0ALICE', ts, 'eyes')
    await standing(ts, 2)
    await unreact('U0ALICE', ts, 'pushpin')
    await standing(ts, 1)
    await unreact('U0ALICE', ts, 'eyes')
    expect(await marks(2)).toEqual([
      expect.stringContaining('marked as an event'),
      expect.stringContaining('took back'),
    ])
  })
})

describe('a task', () => {
  it('is settled by a member, once, whatever became of its incident', async () => {
    const { ts } = await thread.say('U0BOB', 'write to the provider')
    await react('U0BOB', ts, 'repeat')
    await marks(1)
    const [task] = await tasks().openOf(thread.id)
    await bot.db.updateTable('incidents').set({ status: 'closed' }).where('id', '=', thread.id).execute()
    const by = (user: string, standing: 'member' | 'guest') => ({
      id: `T0FAKE/${user}`,
      user,
      name: user,
      zone: 'UTC',
      standing,
    })
    const settle = (user: string, standing: 'member' | 'guest', cause: string) =>
      tasks().settle({ person: by(user, standing), cause: `${thread.name} ${cause}` }, task?.id ?? 0)
    expect(await settle('U0GUEST', 'guest', 'a')).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('guest'),
    })
    expect(await settle('U0CAROL', 'member', 'b')).toMatchObject({ kind: 'done', task: { id: task?.id } })
    expect(await settle('U0BOB', 'member', 'c')).toMatchObject({
      kind: 'already',
      task: { id: task?.id, settled: { by: 'T0FAKE/U0CAROL' } },
    })
    expect(await tasks().openOf(thread.id)).toEqual([])
    expect((await thread.talk()).at(-1)?.body).toEqual({
      type: 'task.settled',
      task: task?.id,
      text: 'write to the provider',
    })
    expect(await tasks().settle({ person: by('U0CAROL', 'member'), cause: 'd' }, 999)).toMatchObject({
      reason: 'there is no task 999',
    })
  })
})

describe('no mark', () => {
  /** All that was taken is done once the bot has stopped. */
  const settled = async () => {
    await bot.restart()
    return (await said(bot, thread.name)).filter((sentence) => /marked|took back/.test(sentence))
  }

  it('is made by a guest, by another emoji, or outside of incidents; nor is Slack asked for those', async () => {
    const { ts } = await thread.say('U0BOB', 'nothing')
    const outside = await bot.slack.say({ user: 'U0BOB', channel: INCIDENTS, text: 'lunch?' })
    const elsewhere = await bot.slack.say({ user: 'U0BOB', channel: 'C0ALERTS', text: 'an alert' })
    await react('U0GUEST', ts, 'pushpin')
    await react('U0ALICE', ts, 'tada')
    await react('U0ALICE', outside.ts, 'pushpin')
    const before = bot.slack.calls.length
    await bot.slack.react({ user: 'U0ALICE', channel: 'C0ALERTS', ts: elsewhere.ts, name: 'pushpin' })
    await bot.slack.unreact({ user: 'U0ALICE', channel: 'C0ALERTS', ts: elsewhere.ts, name: 'pushpin' })
    expect(bot.slack.calls.slice(before).filter(({ args }) => args.channel === 'C0ALERTS')).toEqual([])
    expect(await settled()).toEqual([])
  })

  it('is made twice by what is delivered twice, or comes in another order', async () => {
    const { ts } = await thread.say('U0BOB', 'once')
    const added = await react('U0ALICE', ts, 'pushpin')
    await marks(1)
    const removed = await unreact('U0ALICE', ts, 'pushpin')
    await marks(2)
    for (const heard of [added, removed, removed, added]) if (heard) await bot.slack.redeliver(heard.delivery)
    expect(await settled()).toHaveLength(2)
  })

  it('brings back what was erased', async () => {
    const { ts } = await thread.say('U0BOB', 'the password is hunter2hunter2')
    await thread.record()
    await bot.db.updateTable('messages').set({ digest: '' }).where('ts', '=', ts).execute()
    await react('U0ALICE', ts, 'white_check_mark')
    expect(await marks(1)).toEqual(['alice marked as a task what bob said: “(erased)”.'])
    expect((await tasks().openOf(thread.id)).map(({ text }) => text)).toEqual(['(erased)'])
  })
})
