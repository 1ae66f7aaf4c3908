import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createWitness } from '../../src/slack/witness.ts'
import { type TestEngine, testEngine } from '../support/engine.ts'
import { FakeSlack } from './fake/fake-slack.ts'
import { webOf } from './projection-world.ts'

const ROOM = 'C0INCIDENTS'
const DAY = 86_400_000

let t: TestEngine
let slack: FakeSlack
let clock: number
beforeEach(async () => {
  t = await testEngine()
  clock = Date.now() - 10 * DAY
  const channels = [{ id: ROOM }, { id: 'C0OTHER' }, { id: 'C0FOREIGN', members: ['U0ALICE'] }]
  slack = await FakeSlack.start({
    mode: 'http',
    channels,
    now: () => clock,
    postRate: { perSecond: 1_000, burst: 1_000 },
  })
})
afterEach(async () => {
  await slack.stop()
  await t.close()
})

const payload = (subject: string, chain: string, seq: number) => ({
  subject,
  slot: 'card',
  chain,
  seq,
  head: 'ab',
  at: 5,
  hash: '',
})
/** As the projection posts it. */
async function post(subject: string, chain: string, seq: number, thread_ts?: string, channel = ROOM): Promise<string> {
  const metadata = { event_type: 'firebreak', event_payload: payload(subject, chain, seq) }
  const posted = await webOf(slack, fetch).chat.postMessage({
    channel,
    text: subject,
    metadata,
    ...(thread_ts && { thread_ts }),
  } as never)
  return String(posted.ts)
}
const look = async (signal = new AbortController().signal) => {
  clock = Date.now()
  const seen = await createWitness(webOf(slack, fetch), { db: t.db, room: () => ROOM })(signal)
  return seen.map(({ subject, seq }) => `${subject} ${seq}`).sort()
}
const calls = (method: string) => slack.calls.filter((call) => call.method === method).length
/** The ledger knows this message. */
const known = (subject: string, chain: string, channel: string, ts: string) =>
  t.db
    .insertInto('slack_messages')
    .values({ subject, slot: 'card', chain, channel, ts, state: 'posted', hash: '', posted_at: new Date() })
    .execute()

describe('what Slack shows of the ledger', () => {
  it('is read in channels of our own making, too, that no incident has any more', async () => {
    const { id } = slack.workspace.createChannel('inc-9', true)
    await post('INC-9', 'INC-9', 4, undefined, id)
    expect(await look()).toEqual(['INC-9 4'])
  })

  it('is what our own messages carry; somebody else’s says nothing, whatever it carries', async () => {
    await post('INC-1', 'INC-1', 3)
    const metadata = { event_type: 'firebreak', event_payload: payload('INC-99', 'INC-99', 99) }
    slack.workspace.messages.add({ channel: ROOM, user: 'U0DAVE', text: 'hello', metadata })
    slack.workspace.messages.add({
      channel: ROOM,
      user: 'U0BOT',
      text: 'no',
      metadata: { ...metadata, event_type: 'other' },
    })
    slack.workspace.messages.add({
      channel: ROOM,
      user: 'U0BOT',
      text: 'no',
      metadata: { ...metadata, event_payload: { subject: 7 } },
    })
    clock = Date.now()
    const seen = await createWitness(webOf(slack, fetch), { db: t.db, room: () => ROOM })(new AbortController().signal)
    expect(seen).toEqual([{ subject: 'INC-1', chain: 'INC-1', seq: 3, head: 'ab', recordedAt: new Date(5) }])
  })

  it('is looked for in the threads of incidents that are open, busy lately, or unknown to the ledger', async () => {
    const open = await post('INC-1', 'INC-1', 1)
    await post('OP-1', 'INC-1', 2, open)
    await known('INC-1', 'INC-1', ROOM, open)
    await t.db
      .updateTable('slack_messages')
      .set({ posted_at: new Date(0) })
      .execute()
    const unknown = await post('INC-5', 'INC-5', 1)
    await post('OP-5', 'INC-5', 2, unknown)
    await t.db
      .insertInto('chains')
      .values([
        { chain: 'INC-2', head: Buffer.alloc(32) },
        { chain: 'INC-3', head: Buffer.alloc(32) },
      ])
      .execute()
    const over = await post('INC-2', 'INC-2', 1)
    await post('OP-2', 'INC-2', 2, over)
    const busy = await post('INC-3', 'INC-3', 1)
    clock = Date.now() - DAY / 2
    await post('OP-3', 'INC-3', 2, busy)
    expect(await look()).toEqual([
      'INC-1 1',
      'INC-1 1',
      'INC-2 1',
      'INC-3 1',
      'INC-3 1',
      'INC-5 1',
      'INC-5 1',
      'OP-1 2',
      'OP-3 2',
      'OP-5 2',
    ])
  })

  it('is looked for in other channels too, where something was shown lately; where the bot is no member there is nothing', async () => {
    await known('OP-8', 'INC-1', 'C0OTHER', await post('OP-8', 'general', 4, undefined, 'C0OTHER'))
    await known('OP-9', 'INC-1', 'C0FOREIGN', '1763712000.000100')
    expect(await look()).toEqual(['OP-8 4', 'OP-8 4'])
  })

  it('is read page by page, and no further than a few of them', async () => {
    for (let i = 1; i <= 1_300; i++)
      slack.workspace.messages.add({
        channel: ROOM,
        user: 'U0BOT',
        text: 'x',
        metadata: { event_type: 'firebreak', event_payload: payload(`OP-${i}`, 'general', i) },
      })
    const seen = await look()
    expect(seen).toHaveLength(1_000)
    expect(seen).toContain('OP-1300 1300')
    expect(calls('conversations.history')).toBe(5)
  })
})

describe('a Slack that', () => {
  it('says it is asked too often is asked again after the time that it names', async () => {
    await post('INC-1', 'INC-1', 3)
    slack.fail('conversations.history', { retryAfter: 1, times: 1 })
    expect(await look()).toEqual(['INC-1 3'])
  })

  it.each([
    ['is away', () => slack.fail('*', { status: 503 })],
    ['breaks off in the middle', () => slack.fail('conversations.history', { status: 503 })],
    ['does not know us', () => slack.fail('auth.test', { error: 'invalid_auth' })],
  ])('%s can’t be a witness', async (_, fail) => {
    fail()
    await expect(look()).rejects.toThrow(/Slack/)
  })

  it('is not waited for when the bot stops', async () => {
    await expect(look(AbortSignal.abort())).rejects.toThrow(/abort/)
  })
})
