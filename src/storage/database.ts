import { setTimeout as delay } from 'node:timers/promises'
import { Kysely, PostgresDialect, sql } from 'kysely'
import type pg from 'pg'
import { isDatabaseAway } from './away.ts'
import { breakWhenSilent, displayUrl, openPool, withClient } from './connection.ts'
import type { Log } from './log.ts'
import { explainRefusal } from './refusal.ts'
import type { Schema } from './schema.ts'

export interface Database {
  readonly db: Kysely<Schema>
  readonly pool: pg.Pool
  /** Lets running queries end, then closes every connection. */
  close(): Promise<void>
}

const STATEMENT_MS = 10_000
/** Longer than any statement and any idle connection may last: whoever is silent for so long is gone. */
const SILENCE_MS = 15_000

/**
 * A pool of connections, made when they are needed: opening never fails, queries do (`isDatabaseAway`).
 *
 * int8 is read as number (and throws outside of the safe integers), numeric as string, timestamptz as Date. A statement
 * ends after 10 s, a transaction that does nothing for 10 s is rolled back by Postgres.
 */
export function openDatabase(url: string, options: { log: Log; max?: number }): Database {
  const limits = {
    max: options.max ?? 10,
    idleTimeoutMillis: 10_000,
    statement_timeout: STATEMENT_MS,
    idle_in_transaction_session_timeout: STATEMENT_MS,
  }
  const pool = openPool(
    { connectionString: url, application_name: 'firebreak', keepAlive: true, ...limits },
    options.log,
  )
  pool.on('connect', (client) => breakWhenSilent(client, SILENCE_MS))
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) })
  return { db, pool, close: () => db.destroy() }
}

/** Waits until Postgres takes connections. Says that it is away at once and then every 10 s; rejects when aborted. */
export async function waitForDatabase(url: string, options: { log: Log; signal?: AbortSignal }): Promise<void> {
  const { log, signal } = options
  for (let saidAt = 0; ; await delay(500, undefined, { signal })) {
    signal?.throwIfAborted()
    try {
      await withClient(url, async (client) => client.query('select 1'))
      if (saidAt > 0) log.info({}, 'the database is back')
      return
    } catch (error) {
      if (!isDatabaseAway(error)) throw explainRefusal(error, url, 'DATABASE_URL')
      if (Date.now() - saidAt < 10_000) continue
      saidAt = Date.now()
      log.warn({ err: error, database: displayUrl(url) }, 'the database is away; waiting for it')
    }
  }
}

/** Whether Postgres answers now. Waits for a connection as long as any query would. */
export async function isReachable(db: Kysely<Schema>): Promise<boolean> {
  try {
    await sql`select 1`.execute(db)
    return true
  } catch {
    return false
  }
}

/** A database that is there and goes away at the same work each time is no outage. */
const TRIES = 5

/** Does `work` once the database is there; and anew, some times, when it goes away in the middle of it. */
export async function whenThere(
  url: string,
  options: { log: Log; signal?: AbortSignal },
  work: () => Promise<void>,
): Promise<void> {
  for (let tries = 1; ; tries++) {
    await waitForDatabase(url, options)
    try {
      return await work()
    } catch (error) {
      if (!isDatabaseAway(error) || tries === TRIES) throw error
      options.log.warn({ err: error }, 'the database went away again')
      await delay(1_000, undefined, { signal: options.signal })
    }
  }
}
