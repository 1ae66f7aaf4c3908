import { type CompiledQuery, Kysely, type KyselyPlugin, PostgresDialect } from 'kysely'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createHearing } from '../../src/slack/conversation/hearing.ts'
import { incidentOf } from '../../src/slack/conversation/store.ts'
import { toWords } from '../../src/slack/conversation/words.ts'
import type { Schema } from '../../src/storage/schema.ts'
import { type TestEngine, testEngine } from '../support/engine.ts'

const ts = '1763755260.000100'
const nobody = async () => {
  throw new Error('nobody is to be asked')
}

describe('a message of no incident', () => {
  let t: TestEngine
  beforeEach(async () => {
    t = await testEngine()
  })
  afterEach(() => t.close())

  it('costs one query, and no question to Slack', async () => {
    let queries = 0
    const counting: KyselyPlugin = {
      transformQuery({ node }) {
        queries += 1
        return node
      },
      transformResult: async ({ result }) => result,
    }
    const hearing = createHearing({
      db: t.db.withPlugin(counting),
      messages: { posted: nobody, edited: nobody, deleted: nobody },
      people: { who: nobody, recorded: nobody, names: { person: nobody, channel: nobody } },
    })
    const said = { type: 'message', channel: 'C0INCIDENTS', ts, event_ts: ts, user: 'U0BOB', text: 'lunch, @carol?' }
    const events = [
      ...[said, { ...said, thread_ts: '1763755200.000100' }, { ...said, channel: 'C0OTHER' }],
      { ...said, subtype: 'message_changed', message: said, previous_message: { ...said, text: 'lunch?' } },
      { ...said, subtype: 'message_deleted', deleted_ts: ts, previous_message: said },
    ]
    for (const [n, event] of events.entries()) await hearing.heard(event, `event:${n}`)
    expect(queries).toBe(events.length)
    for (const event of [
      { ...said, channel: 'D0BOB' },
      { ...said, bot_id: 'B0' },
      { ...said, subtype: 'channel_join' },
      { ...said, subtype: 'message_changed', message: { ...said, bot_id: 'B0' } },
    ])
      await hearing.heard(event, 'event:x')
    expect(queries).toBe(events.length)
  })

  it('is looked up by indexes alone', async () => {
    const asked: CompiledQuery[] = []
    const pool = new pg.Pool({ connectionString: t.database.url, max: 1 })
    const dialect = new PostgresDialect({ pool })
    const db = new Kysely<Schema>({ dialect, log: ({ query }) => void asked.push(query) })
    try {
      expect(await incidentOf(db, { channel: 'C0OTHER', ts, thread: ts })).toBeNull()
      const [{ sql, parameters }] = asked as [CompiledQuery]
      // There are too few rows here for an index to be worth it.
      await pool.query('set enable_seqscan = off')
      const { rows } = await pool.query(`explain ${sql}`, [...parameters])
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
      expect(plan).toMatch(/messages_pkey(.|\n)*slack_messages_ts(.|\n)*incidents_own_room/)
      expect(plan).not.toContain('Seq Scan')
    } finally {
      await db.destroy()
    }
  })
})

describe('words', () => {
  const names = { person: async (user: string) => (user === 'U1' ? 'Ann &lt; Bob' : null), channel: async () => null }

  it.each([
    ['<@U1> and <@U2|bob>', '@Ann &lt; Bob and @bob'],
    ['<#C1|general>, <#C2>', '#general, #C2'],
    ['<!here>, <!subteam^S1|@sre>, <!subteam^S2>', '@here, @sre, @S2'],
    ['<!date^1392734382^{date}|18 Feb>', '18 Feb'],
    ['<https://a.example/x?a=1&amp;b=2>', 'https://a.example/x?a=1&b=2'],
    ['<https://a.example|a &amp; b>', 'a & b (https://a.example)'],
    ['<mailto:a@b.example|a@b.example>', 'a@b.example'],
    ['1 &lt; 2 &amp;&amp; 3 &gt; 2', '1 < 2 && 3 > 2'],
    ['&amp;lt;!channel&amp;gt;', '&lt;!channel&gt;'],
    ['<>, <@>, <', '<>, @, <'],
    ['two\nlines\tand `code`', 'two\nlines\tand `code`'],
  ])('of %s are %s', async (text, words) => {
    expect(await toWords(text, names)).toBe(words)
  })
})
