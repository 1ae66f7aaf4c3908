import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Incidents } from '../../src/incidents/incidents.ts'
import { createSweeper, type Retention, type Sweeper } from '../../src/privacy/retention.ts'
import { withClient } from '../../src/storage/connection.ts'
import { type Database, openDatabase } from '../../src/storage/database.ts'
import { openSession, type Session } from '../../src/storage/session.ts'
import { FIREBREAK } from '../../src/timeline/entries.ts'
import { createLedger, GENERAL, type Ledger } from '../../src/timeline/ledger.ts'
import { readEntries } from '../../src/timeline/store.ts'
import { verifyChain } from '../../src/timeline/verify-chain.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { alice } from '../support/engine.ts'
import { incidentsOf } from '../support/incidents.ts'
import { quiet } from '../support/log.ts'
import { until } from '../support/until.ts'
import { examples } from '../timeline/evening.ts'

const DAY = 86_400_000
let database: TestDatabase
let bot: Database
let session: Session
let ledger: Ledger
let incidents: Incidents
let sweepers: Sweeper[]
beforeEach(async () => {
  database = await testDatabase()
  bot = openDatabase(database.url, { log: quiet })
  session = openSession(database.url, { log: quiet })
  ledger = createLedger(bot.db)
  incidents = incidentsOf(bot.db, ledger)
  sweepers = []
  for (const cause of ['a', 'b']) {
    await incidents.open({ person: alice, cause }, { severity: 'P1', title: null, service: null })
  }
  for (const chain of ['INC-1', 'INC-2', GENERAL]) await read(chain)
})
afterEach(async () => {
  for (const sweeper of sweepers) await sweeper.stop()
  await session.close()
  await bot.close()
  await database.drop()
})

const read = (chain: string) =>
  ledger.transaction(null, async (tx) =>
    (await tx.hold(chain)).append({ subject: chain, actor: FIREBREAK, body: examples['operation.read'] }),
  )
/** Makes what is recorded so far so many days older, for queries. */
const age = (days: number) =>
  withClient(database.migrateUrl, (owner) =>
    owner.query(`update timeline set recorded_at = recorded_at - interval '${days} days'`),
  )
function start(retention: Retention, everyMs = 20) {
  const sweeper = createSweeper(bot.db, { ledger, session, retention, log: quiet, everyMs })
  sweepers.push(sweeper)
  sweeper.start()
}
const types = async (chain: string) => (await readEntries(bot.db, chain)).map(({ body }) => body.type)

describe('retention', () => {
  it('erases output that is past it, of incidents that are over and of none, and nothing else', async () => {
    await incidents.move({ person: alice, cause: 'c' }, 1, 'resolved', { cause: null, fix: null })
    await age(31)
    await read('INC-1')
    start({ output: 30 * DAY, conversation: null })
    await until(
      async () =>
        (await types('INC-1')).includes('timeline.erased') && (await types(GENERAL)).includes('timeline.erased'),
    )
    expect(await types('INC-1')).toEqual([
      'incident.opened',
      'erased',
      'incident.acknowledged',
      'incident.status_changed',
      'operation.read',
      'timeline.erased',
    ])
    expect(await types(GENERAL)).toEqual(['erased', 'timeline.erased'])
    expect(await types('INC-2'), 'is open').toEqual(['incident.opened', 'operation.read'])
    const erasure = (await readEntries(bot.db, 'INC-1')).at(-1)
    expect(erasure?.body).toMatchObject({ entries: [2], reason: 'output is kept for 30 days', class: 'output' })
  })

  it('catches up in one sweep, however many chains and entries there are', async () => {
    await withClient(database.migrateUrl, async (owner) => {
      const copies = (table: string, columns: string) => `insert into ${table} (chain, seq, ${columns})`
      const at = { chains: `'OLD-' || n, 1`, [GENERAL]: `'${GENERAL}', 1 + n` }
      await owner.query(
        `insert into chains (chain, seq, head) select 'OLD-' || n, 1, '\\x00' from generate_series(1, 150) n`,
      )
      for (const [place, many] of [
        [at.chains, 150],
        [at[GENERAL], 2_000],
      ] as const) {
        const columns = 'type, subject, actor, occurred_at, recorded_at, bytes, hash'
        await owner.query(`${copies('timeline', columns)} select ${place}, ${columns} from timeline, generate_series(1, ${many}) n
          where chain = '${GENERAL}' and seq = 1`)
        await owner.query(`${copies('payloads', 'salt, body')} select ${place}, salt, body from payloads, generate_series(1, ${many}) n
          where chain = '${GENERAL}' and seq = 1`)
      }
      await owner.query(`update chains set seq = 2001 where chain = '${GENERAL}'`)
    })
    await age(31)
    start({ output: 30 * DAY, conversation: null }, DAY)
    const left = async () => {
      const { rows } = await sql<{
        left: number
      }>`select count(*)::int as left from timeline join payloads using (chain, seq)
        where type = 'operation.read' and (chain = ${GENERAL} or chain like 'OLD-%')`.execute(bot.db)
      return rows[0]?.left
    }
    await until(async () => (await left()) === 0, 40_000)
  })

  it('says it once a chain, however many replicas sweep', async () => {
    const other = openSession(database.url, { log: quiet })
    try {
      await age(2)
      start({ output: DAY, conversation: null })
      const sweeper = createSweeper(bot.db, {
        ledger,
        session: other,
        retention: { output: DAY, conversation: null },
        log: quiet,
        everyMs: 20,
      })
      sweepers.push(sweeper)
      sweeper.start()
      await until(async () => (await types(GENERAL)).includes('timeline.erased'))
      await read(GENERAL)
      await age(2)
      await until(async () => (await types(GENERAL)).filter((type) => type === 'erased').length === 2)
      expect((await types(GENERAL)).filter((type) => type === 'timeline.erased')).toHaveLength(2)
    } finally {
      for (const sweeper of sweepers) await sweeper.stop()
      await other.close()
    }
  })

  it('leaves a chain that verifies', async () => {
    await read(GENERAL)
    const before = await verifyChain(bot.db, GENERAL)
    start({ output: 1, conversation: null })
    await until(async () => (await types(GENERAL)).includes('timeline.erased'))
    const { problems, erased } = (await verifyChain(bot.db, GENERAL)) as NonNullable<typeof before>
    expect({ problems, erased }).toEqual({ problems: [], erased: 2 })
  })
})
