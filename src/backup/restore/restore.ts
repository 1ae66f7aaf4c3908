import { Kysely, PostgresDialect } from 'kysely'
import { recoveryName } from '../../recovery/standing.ts'
import { displayUrl, openPool } from '../../storage/connection.ts'
import { startEmbedded } from '../../storage/embedded.ts'
import type { Log } from '../../storage/log.ts'
import { type Migrations, migrate } from '../../storage/migrate.ts'
import { explainRefusal } from '../../storage/refusal.ts'
import type { Schema } from '../../storage/schema.ts'
import { BackupError } from '../error.ts'
import { type Contents, checkFile } from './check.ts'
import { type BackupFile, openBackup } from './file.ts'
import { load } from './load.ts'
import { ranMigrations, tablesWithRows } from './store.ts'

export interface Restored extends Contents {
  /** Where to, for people. */
  database: string
  /** `RECOVERY-1`: a restored ledger starts in recovery. */
  recovery: string
}

export interface RestoreOptions {
  /** The backup's path. */
  file: string
  /** Null means the embedded Postgres in `dataDir`. */
  database: { url: string; migrateUrl: string | null } | null
  dataDir: string
  migrations: Migrations
  log: Log
}

/**
 * Puts a backup into a database that is empty, or is made by that. The file is checked whole before anything is
 * touched, the rows are checked again where they lie, and all of them commit together: so there is the whole ledger
 * afterwards, or nothing. Throws BackupError, or StorageError for what is wrong with the database.
 */
export async function restore(options: RestoreOptions): Promise<Restored> {
  const { database, dataDir, migrations, log } = options
  const backup = await openBackup(options.file)
  const contents = await checkFile(backup)
  const unknown = backup.header.migrations.filter((name) => !(name in migrations('')))
  if (unknown.length > 0) {
    const made = `${backup.path} was taken of a newer schema than this release’s (${unknown.join(', ')})`
    throw new BackupError('newer', `${made}: restore it with the release that took it, or a later one`)
  }
  const embedded = database ? null : await startEmbedded({ dataDir, log })
  const url = embedded?.url ?? (database?.url as string)
  const migrateUrl = embedded?.migrateUrl ?? database?.migrateUrl ?? url
  const mend = embedded
    ? `move the folder postgres in ${dataDir} away, or set FIREBREAK_DATA_DIR to another folder`
    : 'create a new database, and set DATABASE_URL and DATABASE_MIGRATE_URL to it'
  try {
    const recovery = await restoreInto({ url, migrateUrl, mend }, backup, contents, { migrations, log })
    return { ...contents, database: displayUrl(migrateUrl), recovery: recoveryName(recovery) }
  } catch (error) {
    throw explainRefusal(error, migrateUrl, 'DATABASE_MIGRATE_URL')
  } finally {
    await embedded?.stop()
  }
}

async function restoreInto(
  { url, migrateUrl, mend }: { url: string; migrateUrl: string; mend: string },
  backup: BackupFile,
  contents: Contents,
  { migrations, log }: Pick<RestoreOptions, 'migrations' | 'log'>,
): Promise<number> {
  const { migrations: ran } = backup.header
  // No time-outs: to load a large ledger takes as long as it takes, and nobody else waits.
  const pool = openPool({ connectionString: migrateUrl, max: 1 }, log)
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) })
  const notEmpty = (what: string) => new BackupError('not_empty', `${displayUrl(migrateUrl)} ${what}: ${mend}`)
  const requireEmpty = async (db: Kysely<Schema>) => {
    const used = await tablesWithRows(db)
    if (used.length > 0) throw notEmpty(`has rows already (${used.join(', ')}), which a restore would mix up`)
  }
  try {
    await requireEmpty(db)
    // First the schema that the rows are of: later migrations may want to do something about them.
    const then = (role: string) =>
      Object.fromEntries(Object.entries(migrations(role)).filter(([name]) => ran.includes(name)))
    await migrate({ url, migrateUrl, migrations: then, log })
    const newer = (await ranMigrations(db)).filter((name) => !ran.includes(name))
    if (newer.length > 0) throw notEmpty(`has the schema of a later release than the backup (${newer.join(', ')})`)
    const recovery = await db.transaction().execute((trx) => load(trx, backup, contents, requireEmpty))
    await migrate({ url, migrateUrl, migrations, log })
    return recovery
  } finally {
    await db.destroy()
  }
}
