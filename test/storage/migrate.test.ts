import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isDatabaseAway } from '../../src/storage/away.ts'
import { withClient } from '../../src/storage/connection.ts'
import { type Migrations, migrate } from '../../src/storage/migrate.ts'
import { emptyDatabase, type TestDatabase } from '../support/database.ts'
import { keptLog, quiet } from '../support/log.ts'

let database: TestDatabase

beforeEach(async () => {
  database = await emptyDatabase()
})
afterEach(() => database.drop())

/** Migrations that each make a table of their own name; the bot may read it. */
const tables =
  (...names: string[]): Migrations =>
  (botRole) =>
    Object.fromEntries(
      names.map((name) => [
        name,
        {
          async up(db) {
            await sql`create table ${sql.table(name)} (id int)`.execute(db)
            await sql`select pg_sleep(0.2)`.execute(db)
            await sql`grant select on ${sql.table(name)} to ${sql.id(botRole)}`.execute(db)
          },
        },
      ]),
    )

const run = (migrations: Migrations, log = quiet) => migrate({ ...database, migrations, log })

describe('migrating', () => {
  it('runs what is new, in order, and what ran already not again', async () => {
    expect(await run(tables('0001-a', '0002-b'))).toEqual(['0001-a', '0002-b'])
    expect(await run(tables('0001-a', '0002-b', '0003-c'))).toEqual(['0003-c'])
  })

  it('tells the migrations the role of the bot, for their grants', async () => {
    await run(tables('0001-a'))
    await withClient(database.url, (bot) => bot.query('select * from "0001-a"'))
    await expect(withClient(database.url, (bot) => bot.query('drop table "0001-a"'))).rejects.toThrow('must be owner')
  })

  it('runs each one once when several replicas start together', async () => {
    const ran = await Promise.all([1, 2, 3, 4].map(() => run(tables('0001-a', '0002-b'))))
    expect(ran.flat().sort()).toEqual(['0001-a', '0002-b'])
  })

  it('leaves nothing of a migration that fails', async () => {
    const failing: Migrations = (botRole) => ({
      ...tables('0001-a')(botRole),
      '0002-wrong': { up: async (db) => void (await sql`select 1/0`.execute(db)) },
    })
    await expect(run(failing)).rejects.toThrow('division by zero')
    expect(await run(tables('0001-a'))).toEqual(['0001-a'])
  })

  it('survives that its connection is lost in the middle of one, and says that the database is away', async () => {
    const dying: Migrations = () => ({
      '0001-a': { up: async (db) => void (await sql`select pg_terminate_backend(pg_backend_pid())`.execute(db)) },
    })
    expect(isDatabaseAway(await run(dying).catch((error) => error))).toBe(true)
    expect(await run(tables('0001-a'))).toEqual(['0001-a'])
  })
})

describe('a database of another release', () => {
  it('is used with a warning when it is only ahead', async () => {
    await run(tables('0001-a', '0002-b'))
    const log = keptLog()
    expect(await run(tables('0001-a'), log)).toEqual([])
    expect(log.messages).toEqual(['the database is ahead of this release; going on with its newer schema'])
  })

  it('is refused when it knows a migration that this release left out', async () => {
    await run(tables('0001-a', '0002-b'))
    const other = run(tables('0001-a', '0003-c'))
    await expect(other).rejects.toMatchObject({ code: 'schema' })
    await expect(other).rejects.toThrow(/does not know: 0002-b; it has not run 0003-c/)
    await expect(run(tables('0002-b'))).rejects.toThrow(/does not know: 0001-a/)
  })
})

describe('roles and rights', () => {
  it('warns when the bot would own the tables', async () => {
    const log = keptLog()
    const { migrateUrl } = database
    await migrate({ url: migrateUrl, migrateUrl, migrations: tables('0001-a'), log })
    expect(log.messages).toEqual(['DATABASE_URL and DATABASE_MIGRATE_URL have one role: it could rewrite the timeline'])
  })

  it('names the address, the role and the GRANT when the role may not make tables', async () => {
    const { url } = database
    const refused = migrate({ url, migrateUrl: url, migrations: tables('0001-a'), log: quiet })
    await expect(refused).rejects.toMatchObject({ code: 'refused' })
    await expect(refused).rejects.toThrow(/^DATABASE_MIGRATE_URL \(firebreak_bot@127\.0\.0\.1/)
    await expect(refused).rejects.toThrow(/GRANT USAGE, CREATE ON SCHEMA public TO firebreak_bot/)
  })

  it('says which address has the wrong password, without showing it', async () => {
    const url = database.url.replace(/:[^:@]+@/, ':hunter2@')
    const refused = migrate({ ...database, url, migrations: tables('0001-a'), log: quiet })
    await expect(refused).rejects.toThrow(/^DATABASE_URL .*Check the password of firebreak_bot/)
    await expect(refused).rejects.not.toThrow('hunter2')
  })

  it('notices that the two addresses lead to two databases', async () => {
    const other = await emptyDatabase()
    const both = migrate({ url: other.url, migrateUrl: database.migrateUrl, migrations: tables('0001-a'), log: quiet })
    await expect(both).rejects.toThrow('must name the same database')
    await other.drop()
  })

  it('says what an address must look like', async () => {
    const refused = migrate({ ...database, url: 'postgres://[', migrations: tables('0001-a'), log: quiet })
    await expect(refused).rejects.toThrow(/DATABASE_URL .*must look like postgres:/)
  })
})
