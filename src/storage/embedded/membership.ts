import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { isDatabaseAway } from '../away.ts'
import { CONNECT_MS } from '../connection.ts'
import { StorageError } from '../error.ts'
import type { Run } from './binaries.ts'
import { BOT, type Cluster, DATABASE, OWNER } from './cluster.ts'
import { isPassing, runningServer, startServer } from './postmaster.ts'

/**
 * A bot's place at a running server: a connection that holds a shared lock for as long as the bot uses the server. So
 * several bots can share one, a killed bot's place is free at once, and the last one to leave knows that it is the last.
 */
export interface Membership {
  port: number
  client: pg.Client
  /** Settles when the connection ends, for whatever reason. */
  ended: Promise<void>
}

const UP_WITHIN_MS = 60_000

/**
 * Joins the server that runs on these files, or starts one on this port (null: a free one) and joins it. Waits for one
 * that is starting, recovering or stopping, until it is told to give up.
 */
export async function joinServer(
  cluster: Cluster,
  run: Run,
  { port, signal }: { port: number | null; signal: AbortSignal },
): Promise<Membership> {
  const deadline = Date.now() + UP_WITHIN_MS
  for (;;) {
    const running = await runningServer(cluster)
    try {
      if (running?.port) return await enter(cluster, running.port)
      if (!running) await startServer(cluster, run, port)
      else await delay(50, undefined, { signal })
    } catch (error) {
      if (!isDatabaseAway(error) && !isPassing(error)) throw error
      if (Date.now() > deadline) {
        const reason = `the embedded Postgres on ${cluster.data} does not answer; ${cluster.log} may tell why`
        throw new StorageError('unusable', reason, { cause: error })
      }
      await delay(200, undefined, { signal })
    }
  }
}

async function enter(cluster: Cluster, port: number): Promise<Membership> {
  const client = new pg.Client({
    connectionString: urls(cluster, port).url,
    application_name: 'firebreak membership',
    connectionTimeoutMillis: CONNECT_MS,
  })
  client.on('error', () => {})
  const ended = new Promise<void>((resolve) => client.once('end', () => resolve()))
  try {
    await client.connect()
    // Waits while another bot, the last one, is about to stop the server; then this connection is ended by it.
    await client.query('select pg_advisory_lock_shared(1, 1)')
  } catch (error) {
    client.end().catch(() => {})
    throw error
  }
  return { port, client, ended }
}

/** Whether no other bot is at the server. If so none can join it any more: it must be stopped. */
export async function closeDoor({ client }: Membership): Promise<boolean> {
  const { rows } = await client.query('select pg_try_advisory_lock(1, 1) as alone')
  return rows[0].alone
}

export function urls(cluster: Cluster, port: number): { url: string; migrateUrl: string } {
  const address = `127.0.0.1:${port}/${DATABASE}`
  return {
    url: `postgres://${BOT}:${cluster.passwords.bot}@${address}`,
    migrateUrl: `postgres://${OWNER}:${cluster.passwords.owner}@${address}`,
  }
}
