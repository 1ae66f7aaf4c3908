import { afterEach, describe, expect, it } from 'vitest'
import { readEntries } from '../../src/timeline/store.ts'
import { said } from '../support/conversation.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { until } from '../support/until.ts'
import { type EdgeWorld, edgeWorld, ROOM } from './edge-world.ts'
import { BOT } from './fake/fake-slack.ts'

let world: EdgeWorld
let proxy: TcpProxy | undefined
afterEach(async () => {
  await world.stop()
  await proxy?.off()
  proxy = undefined
})

/** An incident whose root is in this channel. */
async function incident({ channel = ROOM, status = 'investigating' } = {}): Promise<string> {
  const { ts } = world.slack.workspace.messages.add({ channel, user: BOT.user_id, bot_id: BOT.id, text: 'INC-1' })
  const row = {
    title: 't',
    severity: 'P1',
    status,
    channel,
    own_room: channel !== ROOM,
    commander: 'T0FAKE/U0ALICE',
    opened_by: 'T0FAKE/U0ALICE',
  }
  const { id } = await world.db
    .insertInto('incidents')
    .values({ ...row, declared_at: new Date() })
    .returning('id')
    .executeTakeFirstOrThrow()
  const chain = `INC-${id}`
  await world.db
    .insertInto('chains')
    .values({ chain, head: Buffer.alloc(32) })
    .execute()
  const message = { subject: chain, slot: 'card', chain, channel, ts, state: 'posted', hash: '' }
  await world.db.insertInto('slack_messages').values(message).execute()
  return ts
}
const reader = { entries: (chain: string) => readEntries(world.db, chain) }
const recorded = async (many: number, withinMs?: number) =>
  await until(async () => {
    const sentences = await said(reader, 'INC-1')
    return sentences.length >= many && sentences
  }, withinMs)
const say = (user: string, text: string, thread_ts?: string, channel = ROOM) =>
  world.slack.say({ user, channel, text, ...(thread_ts && { thread_ts }) })
const logged = (words: string) => world.lines.filter(({ message }) => message.includes(words))

describe('what people say', () => {
  it('is looked for when the database was away as it was heard, and said so without their words', async () => {
    world = await edgeWorld('socket', {
      everyMs: 50,
      databaseUrl: async (own) => {
        const { hostname, port } = new URL(own)
        proxy = await startTcpProxy({ host: hostname, port: Number(port) })
        return own.replace(`${hostname}:${port}`, `127.0.0.1:${proxy.port}`)
      },
    })
    const root = await incident()
    await say('U0ALICE', 'the database is fine', root)
    await recorded(1)
    await proxy?.off()
    await say('U0BOB', 'a secret thought', root)
    await say('U0BOB', 'another one', root)
    await world.slack.until(() => logged('the database is away').length > 0)
    await proxy?.on()
    expect(await recorded(3)).toEqual([
      'alice: “the database is fine”',
      'bob: “a secret thought”',
      'bob: “another one”',
    ])
    expect(JSON.stringify(world.lines)).not.toContain('thought')
    expect(logged('the database is away')).toHaveLength(1)
  })

  it('is looked for over HTTP when Slack could not be reached for a while', async () => {
    world = await edgeWorld('http', { everyMs: 50, eventRetries: [] })
    const root = await incident()
    world.slack.fail('*', { status: 503 })
    await world.slack.until(() => !world.app.state().connected)
    world.slack.deliverTo('http://127.0.0.1:1/slack/events')
    await say('U0BOB', 'anybody there?', root)
    world.slack.recover()
    expect(await recorded(1)).toEqual(['bob: “anybody there?”'])
    await world.slack.until(() => world.app.state().connected)
    expect(world.app.state().error).toBeNull()
  })

  it('is looked for in all of an incident’s own channel, and its threads', async () => {
    world = await edgeWorld('socket', { everyMs: 50, eventRetries: [], channels: [{ id: ROOM }, { id: 'C0OWN' }] })
    await incident({ channel: 'C0OWN' })
    const first = await say('U0BOB', 'here we are', undefined, 'C0OWN')
    await recorded(1)
    world.slack.cut()
    await say('U0CAROL', 'an answer', first.ts, 'C0OWN')
    const second = await say('U0CAROL', 'a question', undefined, 'C0OWN')
    await say('U0BOB', 'and its answer', second.ts, 'C0OWN')
    expect(await recorded(4)).toEqual([
      'bob: “here we are”',
      'carol: “an answer”',
      'carol: “a question”',
      'bob: “and its answer”',
    ])
  })

  it('is found however long it went on, and not at all in what is closed', async () => {
    world = await edgeWorld('socket', {
      everyMs: 50,
      before: (slack) => slack.fail('apps.connections.open', { status: 503 }),
    })
    const root = await incident()
    const closed = await incident({ status: 'closed' })
    const { messages } = world.slack.workspace
    for (let n = 1; n <= 250; n++) messages.add({ channel: ROOM, user: 'U0BOB', text: `${n}`, thread_ts: root })
    messages.add({ channel: ROOM, user: 'U0BOB', text: 'too late', thread_ts: closed })
    world.slack.recover()
    const sentences = await recorded(250, 40_000)
    expect(sentences).toEqual(Array.from({ length: 250 }, (_, n) => `bob: “${n + 1}”`))
    expect(await reader.entries('INC-2')).toEqual([])
  })

  it('is not asked for again and again without the scope for it', async () => {
    const scopes = ['chat:write', 'channels:read', 'users:read']
    world = await edgeWorld('socket', { everyMs: 20, scopes, eventRetries: [20, 100, 500, 2_000] })
    const root = await incident()
    world.slack.cut()
    await world.slack.until(() => logged('Slack does not let us read').length > 0)
    await say('U0BOB', 'heard all the same', root)
    await recorded(1)
    const asked = () => world.slack.calls.filter(({ method }) => method === 'conversations.replies').length
    const before = asked()
    await world.slack.react({ user: 'U0ALICE', channel: ROOM, ts: root, name: 'pushpin' })
    await world.slack.until(() => asked() > before)
    const beats = async () => (await world.db.selectFrom('listening').select('heard_at').executeTakeFirst())?.heard_at
    for (let n = 0; n < 3; n++) {
      const last = await beats()
      await until(async () => (await beats())?.getTime() !== last?.getTime())
    }
    expect(asked()).toBe(before + 1)
    const [line, ...more] = logged('Slack does not let us read')
    expect(line).toMatchObject({ channel: ROOM, error: 'missing_scope' })
    expect(more).toEqual([])
  })
})
