import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isDatabaseAway } from '../../src/storage/away.ts'
import { type Database, openDatabase } from '../../src/storage/database.ts'
import type { NewEntry } from '../../src/timeline/entries.ts'
import { createLedger, type Ledger } from '../../src/timeline/ledger.ts'
import { readEntries } from '../../src/timeline/store.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { quiet } from '../support/log.ts'

let database: TestDatabase
let bot: Database
let owner: Database
let ledger: Ledger

beforeAll(async () => {
  database = await testDatabase()
  bot = openDatabase(database.url, { log: quiet })
  owner = openDatabase(database.migrateUrl, { log: quiet })
  ledger = createLedger(bot.db)
})
afterAll(async () => {
  await Promise.all([bot.close(), owner.close()])
  await database.drop()
})

const refusal = (reason: string): NewEntry => ({
  subject: 'INC-1',
  actor: { id: 'T1/U0ALICE', name: 'Alice' },
  body: { type: 'operation.refused', line: 'scale checkout 5', code: 'denied', reason },
})
const append = (chain: string, reason: string, cause: string | null = null) =>
  ledger.transaction(cause, async (tx) => (await tx.hold(chain)).append(refusal(reason)))

describe('the ledger', () => {
  it('says that it may have committed when the answer to that is missing, and only then', async () => {
    const lost = (at: 'in the middle' | 'at the commit') =>
      ledger
        .transaction(null, async (tx) => {
          const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx.db)
          await sql`select pg_terminate_backend(${rows[0]?.pid}, 5000)`.execute(owner.db)
          if (at === 'in the middle') await (await tx.hold('lost')).append(refusal('first'))
        })
        .then(
          () => 'committed',
          (error) => ({ away: isDatabaseAway(error), maybeCommitted: error.maybeCommitted ?? false }),
        )
    expect(await lost('in the middle')).toEqual({ away: true, maybeCommitted: false })
    expect(await lost('at the commit')).toEqual({ away: true, maybeCommitted: true })
  })

  it('commits entries with what they record, or neither', async () => {
    const failing = ledger.transaction('cause-1', async (tx) => {
      const chain = await tx.hold('both')
      await chain.append(refusal('first'))
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await readEntries(bot.db, 'both')).toEqual([])
    await append('both', 'again', 'cause-1')
    expect(await readEntries(bot.db, 'both')).toHaveLength(1)
  })

  it('records the same cause once, whichever chain it is for', async () => {
    await append('one', 'first', 'cause-2')
    await expect(append('other', 'second', 'cause-2')).rejects.toMatchObject({ code: 'duplicate_cause' })
    expect(await readEntries(bot.db, 'other')).toEqual([])
  })

  it('gives each chain its own gapless sequence, however many append at once', async () => {
    const chains = ['a', 'b', 'c']
    await Promise.all(Array.from({ length: 60 }, (_, i) => append(chains[i % 3] as string, `entry ${i}`)))
    for (const chain of chains) {
      const entries = await readEntries(bot.db, chain)
      expect(entries.map((e) => e.seq)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
    }
  })

  it('holds one chain a transaction, so that no two can wait for each other', async () => {
    const two = ledger.transaction(null, async (tx) => {
      await tx.hold('a')
      await tx.hold('b')
    })
    await expect(two).rejects.toThrow('one chain a transaction')
  })

  it('keeps what a person typed, whatever it is', async () => {
    const odd = 'nul \u0000, lone \ud800 surrogate, \u202e right to left, 🚒'
    await append('odd', odd)
    const [entry] = await readEntries(bot.db, 'odd')
    expect(entry?.body).toMatchObject({ reason: odd.toWellFormed() })
  })

  it('lets the bot’s own role add and read, never change or remove', async () => {
    await append('fixed', 'as it was')
    const attempts = [
      () => bot.db.updateTable('timeline').set({ type: 'x' }).where('chain', '=', 'fixed').execute(),
      () => bot.db.deleteFrom('timeline').where('chain', '=', 'fixed').execute(),
      () => bot.db.updateTable('payloads').set({ body: '{}' }).where('chain', '=', 'fixed').execute(),
      () => bot.db.deleteFrom('payloads').where('chain', '=', 'fixed').execute(),
    ]
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code: '42501' })
  })
})

describe('reading a chain', () => {
  it('tells what was hashed, whatever somebody made of the columns beside it', async () => {
    await append('columns', 'as it was')
    const [before] = await readEntries(bot.db, 'columns')
    const edited = { actor: 'T1/U0BOB', subject: 'INC-9', type: 'change.moved', recorded_at: new Date(0) }
    await owner.db.updateTable('timeline').set(edited).where('chain', '=', 'columns').execute()
    expect(await readEntries(bot.db, 'columns')).toEqual([before])
  })
})
