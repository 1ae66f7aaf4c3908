import { AsyncLocalStorage } from 'node:async_hooks'
import pg from 'pg'
import type { Log } from './log.ts'

/** How long a connection may take to be made, in ms. */
export const CONNECT_MS = 2_000

/** How values are read: int8 as number (it throws outside of the safe integers), the rest as pg does. */
const types = new pg.TypeOverrides()
types.setTypeParser(pg.types.builtins.INT8, (text: string) => {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`int8 ${text} does not fit a JavaScript number`)
  return value
})

/**
 * A pool whose connections may be lost at any time: the query at work fails, and whoever comes next gets another one. The
 * pool itself listens to idle connections only: without a listener, one that dies inside a transaction ends the process.
 */
export function openPool(options: pg.PoolConfig, log: Log): pg.Pool {
  const pool = new pg.Pool({ types, connectionTimeoutMillis: CONNECT_MS, ...options })
  // Whoever had it made has nothing to do with its end.
  const lost = AsyncLocalStorage.bind((error: Error) => log.warn({ err: error }, 'a database connection was lost'))
  pool.on('error', lost)
  pool.on('connect', (client) => client.on('error', lost))
  return pool
}

/** Runs `use` with a connection of its own that is closed afterwards. */
export async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    types,
    application_name: 'firebreak',
    connectionTimeoutMillis: CONNECT_MS,
  })
  // Without a listener a connection that is lost between two queries would end the process; the next query fails.
  client.on('error', () => {})
  try {
    await client.connect()
    return await use(client)
  } finally {
    await client.end().catch(() => {})
  }
}

/**
 * Breaks the connection when the server says nothing for so long, so that the query that waits for it fails. A host
 * that vanished (failover, partition) would otherwise keep it waiting for as long as TCP does, a quarter of an hour.
 */
export function breakWhenSilent(client: pg.Client, ms: number): void {
  const { stream } = client.connection
  if (!('setTimeout' in stream)) return
  ;(stream as import('node:net').Socket).setTimeout(ms, () => {
    stream.destroy(new Error(`Connection terminated: the server has been silent for ${ms} ms`))
  })
}

/** A database's address for people: without the password. */
export function displayUrl(url: string): string {
  try {
    const { username, host, pathname } = new URL(url)
    return `${username ? `${username}@` : ''}${host}${pathname}`
  } catch {
    return 'an address that is not a URL'
  }
}
