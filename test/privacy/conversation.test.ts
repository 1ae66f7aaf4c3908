import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Conversation, createConversation } from '../../src/incidents/conversation/conversation.ts'
import { createTasks } from '../../src/incidents/conversation/tasks.ts'
import { eraseEntries } from '../../src/privacy/erase.ts'
import { createSweeper } from '../../src/privacy/retention.ts'
import { withClient } from '../../src/storage/connection.ts'
import { openSession } from '../../src/storage/session.ts'
import { verifyChain } from '../../src/timeline/verify-chain.ts'
import { alice, bob, type TestEngine, testEngine } from '../support/engine.ts'
import { quiet } from '../support/log.ts'
import { until } from '../support/until.ts'

const DAY = 86_400_000
const place = { channel: 'C0INCIDENTS', ts: '1763755260.000100' }
const words = 'ask Eve about it'

let t: TestEngine
let chain: string
let conversation: Conversation
beforeEach(async () => {
  t = await testEngine()
  chain = `INC-${t.incident}`
  conversation = createConversation(t.db, t.ledger)
  const { incident } = t
  const heard = { incident, author: bob, version: '' }
  await conversation.messages.posted({ ...heard, cause: 'a', message: { ...place, text: words, files: [] } })
  const reaction = { incident, person: alice, message: place, heardTs: '1763755300.000100' }
  const marked = { text: words, author: 'bob', mentions: null }
  await conversation.marks.reacted({ ...reaction, ...marked, cause: 'b', emoji: 'repeat', as: 'follow-up' })
})
afterEach(() => t.close())

/** `person.joined` goes with what a person says first; alice opened it. */
const types = async () => (await t.entries()).map(({ body }) => body.type)
const tasks = async () => (await createTasks(t.db, t.ledger).openOf(t.incident)).map(({ text }) => text)
/** Whether these words are anywhere in the database. */
const kept = async (text: string) => {
  const tables = ['payloads', 'tasks', 'messages', 'marks', 'incidents']
  const found = await Promise.all(
    tables.map((table) =>
      withClient(t.database.migrateUrl, (owner) =>
        owner.query(`select 1 from ${table} r where r::text like $1`, [`%${text}%`]),
      ),
    ),
  )
  return tables.filter((_, n) => (found[n]?.rowCount ?? 0) > 0)
}

describe('what people said', () => {
  const erase = async (entries: number[]) =>
    await eraseEntries(
      { ledger: t.ledger, whyNotEntitled: async () => null },
      { person: bob, cause: t.cause(), chain, entries, reason: 'a name' },
    )

  it('is erased from the tables as well, and stays erased whatever is heard of it', async () => {
    expect(await types()).toEqual(['incident.opened', 'person.joined', 'message.posted', 'message.marked'])
    expect(await kept(words)).toEqual(['payloads', 'tasks'])
    expect(await erase([3])).toMatchObject({ kind: 'done' })
    expect(await tasks()).toEqual(['(erased)'])
    expect(await erase([4])).toMatchObject({ kind: 'done' })
    expect(await kept(words)).toEqual([])
    const said = { text: words, files: [] }
    const again = { incident: t.incident, author: bob, message: { ...place, ...said } }
    await conversation.messages.posted({ ...again, cause: 'message', version: '' })
    // Slack shows what a link in it leads to.
    const at = new Date()
    await conversation.messages.edited({ ...again, cause: 'unfurl', editor: bob, before: said, at, version: '2/2' })
    await conversation.messages.deleted({ ...again, cause: 'deleted', place, before: said, at })
    expect(await kept(words)).toEqual([])
    expect((await types()).slice(-1)).toEqual(['message.deleted'])
    expect(await verifyChain(t.db, chain)).toMatchObject({ ok: true, erased: 2 })
  })

  it('keeps who took part, and when nobody listened', async () => {
    expect(await erase([2])).toMatchObject({ kind: 'refused', code: 'kept' })
    await t.db
      .insertInto('listening')
      .values({ heard_at: new Date(Date.now() - 600_000) })
      .execute()
    expect(await conversation.listening(10_000)).toBe(true)
    expect(await erase([5])).toMatchObject({ kind: 'refused', code: 'kept' })
  })

  it('goes by age once its incident is over, and the chain verifies', async () => {
    const session = openSession(t.database.url, { log: quiet })
    await t.incidents.move({ person: alice, cause: t.cause() }, t.incident, 'resolved', { cause: null, fix: null })
    await withClient(t.database.migrateUrl, (owner) =>
      owner.query(`update timeline set recorded_at = recorded_at - interval '91 days'`),
    )
    const retention = { conversation: 90 * DAY, output: null }
    const sweeper = createSweeper(t.db, { ledger: t.ledger, session, retention, log: quiet, everyMs: 20 })
    sweeper.start()
    try {
      await until(async () => (await types()).includes('timeline.erased'))
    } finally {
      await sweeper.stop()
      await session.close()
    }
    expect(await types()).toEqual([
      ...['incident.opened', 'person.joined', 'erased', 'erased'],
      ...['incident.acknowledged', 'incident.status_changed', 'timeline.erased'],
    ])
    const erasure = (await t.entries()).at(-1)
    expect(erasure?.body).toMatchObject({ reason: 'conversation is kept for 90 days', class: 'conversation' })
    expect(await tasks()).toEqual(['(erased)'])
    expect(await kept(words)).toEqual([])
  })
})
