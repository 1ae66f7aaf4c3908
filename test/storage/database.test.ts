import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isDatabaseAway, isUniqueViolation } from '../../src/storage/away.ts'
import { breakWhenSilent, withClient } from '../../src/storage/connection.ts'
import { type Database, openDatabase } from '../../src/storage/database.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { quiet } from '../support/log.ts'

let database: TestDatabase
let opened: Database

beforeAll(async () => {
  database = await testDatabase()
  opened = openDatabase(database.url, { log: quiet })
})
afterAll(async () => {
  await opened.close()
  await database.drop()
})

const caught = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('values', () => {
  it('reads int8 as number, numeric as text and timestamptz as Date', async () => {
    const { rows } = await opened.pool.query(
      `select 9007199254740991::int8 as big, 0.1::numeric as exact, '2026-01-02 03:04:05.678+00'::timestamptz as at`,
    )
    expect(rows[0]).toEqual({ big: 9007199254740991, exact: '0.1', at: new Date('2026-01-02T03:04:05.678Z') })
  })

  it('refuses an int8 that a number would round', async () => {
    await expect(opened.pool.query('select 9007199254740992::int8')).rejects.toThrow('9007199254740992')
  })
})

describe('rights', () => {
  it('lets the bot add to the timeline and read it, never alter or remove it', async () => {
    await opened.pool.query(`insert into chains (chain, head) values ('general', '')`)
    await opened.pool.query(
      `insert into timeline (chain, seq, type, subject, actor, occurred_at, recorded_at, cause, bytes, hash)
       values ('general', 1, 't', 's', 'a', now(), now(), 'event-1', '', '')`,
    )
    for (const forbidden of [
      'update timeline set seq = 2',
      'delete from timeline',
      'truncate timeline',
      'drop table timeline',
    ]) {
      await expect(opened.pool.query(forbidden), forbidden).rejects.toMatchObject({ code: '42501' })
    }
  })
})

describe('a unique violation', () => {
  it('is told from others by its constraint', async () => {
    const error = await caught(
      opened.pool.query(`insert into chains (chain, head) values ('INC-1', ''), ('INC-1', '')`),
    )
    expect(isUniqueViolation(error)).toBe(true)
    expect(isUniqueViolation(error, 'chains_pkey')).toBe(true)
    expect(isUniqueViolation(error, 'timeline_cause')).toBe(false)
    expect(isUniqueViolation(await caught(opened.pool.query('select 1/0')))).toBe(false)
  })
})

describe('a database that goes away', () => {
  it('is told from a wrong query', async () => {
    const nobodyThere = openDatabase('postgres://bot:secret@127.0.0.1:1/firebreak', { log: quiet })
    expect(isDatabaseAway(await caught(nobodyThere.db.selectFrom('incidents').selectAll().execute()))).toBe(true)
    await nobodyThere.close()
    expect(isDatabaseAway(await caught(opened.pool.query('select * from no_such_table')))).toBe(false)
    expect(isDatabaseAway(await caught(opened.pool.query('select 1/0')))).toBe(false)
  })

  it('is away too when every connection is in use', async () => {
    const narrow = openDatabase(database.url, { log: quiet, max: 1 })
    const busy = await narrow.pool.connect()
    expect(isDatabaseAway(await caught(narrow.pool.query('select 1')))).toBe(true)
    busy.release()
    await narrow.close()
  })

  it('fails a transaction that loses its connection between two statements, and goes on with the next one', async () => {
    const cut = opened.db.transaction().execute(async (transaction) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(transaction)
      await terminate(rows[0]?.pid)
      await new Promise((resolve) => setTimeout(resolve, 200))
      await sql`select 1`.execute(transaction)
    })
    expect(isDatabaseAway(await caught(cut))).toBe(true)
    await expect(opened.pool.query('select 1')).resolves.toMatchObject({ rowCount: 1 })
  })

  it('fails a query that is running when the connection is lost', async () => {
    const client = await opened.pool.connect()
    const { rows } = await client.query('select pg_backend_pid() as pid')
    const sleeping = caught(client.query('select pg_sleep(9)'))
    await terminate(rows[0].pid)
    expect(isDatabaseAway(await sleeping)).toBe(true)
    client.release(true)
  })

  it('fails a query whose server has fallen silent', async () => {
    const silent = withClient(database.url, async (client) => {
      breakWhenSilent(client, 300)
      await client.query('select pg_sleep(5)')
    })
    const error = await caught(silent)
    expect(error).toMatchObject({ message: expect.stringContaining('silent for 300 ms') })
    expect(isDatabaseAway(error)).toBe(true)
  })

  async function terminate(pid: number | undefined) {
    await withClient(database.migrateUrl, (client) => client.query('select pg_terminate_backend($1)', [pid]))
  }
})
