import { Kysely, PostgresDialect, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { openPool, withClient } from './connection.ts'
import { StorageError } from './error.ts'
import type { Log } from './log.ts'
import { explainRefusal, type UrlVariable } from './refusal.ts'

/** Every migration by its name; the names sort in the order in which they run. The bot's role is for grants. */
export type Migrations = (botRole: string) => Record<string, Migration>

/**
 * Brings the database to this release's schema and returns the names of the migrations that ran, all in one transaction.
 * Several replicas may start at once: Kysely's advisory lock lets one work and the others wait for it.
 *
 * A database that is ahead (release N−1 started on N's schema) is used as it is, with a warning. Anything else that
 * doesn't fit is refused with `schema`; roles and rights that are missing with `refused`.
 *
 * @param url the bot's own address. Its role gets only what the migrations grant it
 * @param migrateUrl the address of the role that owns the tables, in the same database
 */
export async function migrate(options: {
  url: string
  migrateUrl: string
  migrations: Migrations
  log: Log
}): Promise<string[]> {
  const { url, migrateUrl, log } = options
  const botRole = await currentRole(url, 'DATABASE_URL')
  const owner = await currentRole(migrateUrl, 'DATABASE_MIGRATE_URL')
  if (owner === botRole) {
    log.warn({ role: owner }, 'DATABASE_URL and DATABASE_MIGRATE_URL have one role: it could rewrite the timeline')
  }

  const pool = openPool({ connectionString: migrateUrl }, log)
  const db = new Kysely<KyselyTables>({ dialect: new PostgresDialect({ pool }) })
  try {
    const migrations = options.migrations(botRole)
    const ran = await run(db, migrations, log)
    await requireSameDatabase(url, Object.keys(migrations).length)
    return ran
  } catch (error) {
    throw explainRefusal(error, migrateUrl, 'DATABASE_MIGRATE_URL')
  } finally {
    await db.destroy()
  }
}

async function run(db: Kysely<KyselyTables>, migrations: Record<string, Migration>, log: Log): Promise<string[]> {
  const provider = { getMigrations: async () => migrations }
  const { error, results = [] } = await new Migrator({ db, provider }).migrateToLatest()
  if (!error) return results.map((result) => result.migrationName)

  // Kysely refuses a database that knows more than the provider. Which of the cases it is, is decided here.
  const recorded = await recordedMigrations(db)
  const known = Object.keys(migrations).sort()
  const unknown = recorded.filter((name) => !known.includes(name))
  if (unknown.length === 0) throw error
  const missing = known.filter((name) => !recorded.includes(name))
  const last = known.at(-1) ?? ''
  if (missing.length === 0 && unknown.every((name) => name > last)) {
    log.warn({ newer: unknown }, 'the database is ahead of this release; going on with its newer schema')
    return []
  }
  const what = `the database has run migrations that this release does not know: ${unknown.join(', ')}`
  const state = missing.length > 0 ? `has not run ${missing.join(', ')}` : `ends with ${last}`
  throw new StorageError('schema', `${what}; it ${state}. Start the release that made it, or use another database`, {
    cause: error,
  })
}

async function recordedMigrations(db: Kysely<KyselyTables>): Promise<string[]> {
  const { rows } = await sql`select 1 where to_regclass('kysely_migration') is not null`.execute(db)
  if (rows.length === 0) return []
  const recorded = await db.selectFrom('kysely_migration').select('name').orderBy('name').execute()
  return recorded.map((row) => row.name)
}

async function currentRole(url: string, variable: UrlVariable): Promise<string> {
  try {
    return await withClient(url, async (client) => (await client.query('select current_user as role')).rows[0].role)
  } catch (error) {
    throw explainRefusal(error, url, variable)
  }
}

/** The bot must see the tables that were just made: with two addresses it is easy to name two databases. */
async function requireSameDatabase(url: string, count: number): Promise<void> {
  if (count === 0) return
  const seen = await withClient(url, async (client) =>
    client.query(`select to_regclass('kysely_migration') is not null as there`),
  )
  if (seen.rows[0].there) return
  throw new StorageError(
    'schema',
    'DATABASE_URL does not see the tables that DATABASE_MIGRATE_URL has made: they must name the same database and schema',
  )
}

interface KyselyTables {
  kysely_migration: { name: string }
}
