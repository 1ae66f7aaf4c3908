import { setTimeout as delay } from 'node:timers/promises'
import PQueue from 'p-queue'
import pg from 'pg'
import { isDatabaseAway } from './away.ts'
import { breakWhenSilent, CONNECT_MS } from './connection.ts'
import type { Log } from './log.ts'

/**
 * One connection of its own for what lives as long as a connection: notifications and session-level advisory locks.
 * It is made in the background and again whenever it breaks. It needs Postgres itself, or a pooler in session mode.
 */
export interface Session {
  /** Calls `handler` with the payload of every notification on this channel, from the next connect (or now) on. */
  listen(channel: string, handler: (payload: string) => void): void
  /**
   * Takes the lock if nobody else has it; true as well when this session has it already. False while the database is
   * away. A lock belongs to the session: its callers in one process share it, and one `unlock` gives it back.
   */
  tryLock(key: string): Promise<boolean>
  /** Gives the lock back; does nothing when it isn't held. */
  unlock(key: string): Promise<void>
  /** Whether this session has the lock, as far as it knows: false from the moment in which the connection is lost. */
  held(key: string): boolean
  /** Calls back each time the channels are listened to, the first time too: what was notified before was missed. */
  onConnect(callback: () => void): void
  close(): Promise<void>
}

/** What is lost with a connection. */
interface Connection {
  query(sql: string, values?: string[]): Promise<pg.QueryResult>
  close(): Promise<void>
  asked: Map<string, Promise<boolean>>
  held: Set<string>
  ended: Promise<unknown>
}

const RETRY_MS = 500
const HEARTBEAT_MS = 5_000
const SILENCE_MS = 3 * HEARTBEAT_MS

export function openSession(url: string, { log }: { log: Log }): Session {
  const handlers = new Map<string, ((payload: string) => void)[]>()
  const callbacks: (() => void)[] = []
  const closing = new AbortController()
  let current: Connection | undefined

  async function stayConnected() {
    for (let saidAway = false; !closing.signal.aborted; ) {
      try {
        const { ended, held } = await connect()
        saidAway = false
        await ended
        if (!closing.signal.aborted) log.warn({ locks: [...held] }, 'the database session was lost, its locks with it')
      } catch (error) {
        if (!saidAway && !closing.signal.aborted)
          log.warn({ err: error }, 'the database session can not be opened; trying again')
        saidAway = true
      }
      await delay(RETRY_MS, undefined, { signal: closing.signal }).catch(() => {})
    }
  }

  async function connect(): Promise<Connection> {
    const client = new pg.Client({
      connectionString: url,
      application_name: 'firebreak session',
      connectionTimeoutMillis: CONNECT_MS,
      keepAlive: true,
    })
    // The loop sees the end; without a listener the error would end the process.
    client.on('error', () => {})
    client.on('notification', ({ channel, payload = '' }) => {
      for (const handler of handlers.get(channel) ?? []) handler(payload)
    })
    const ended = new Promise<void>((resolve) =>
      client.once('end', () => {
        current = undefined
        resolve()
      }),
    )
    await client.connect()
    if (closing.signal.aborted) await client.end()
    closing.signal.throwIfAborted()
    breakWhenSilent(client, SILENCE_MS)
    // pg is giving up its own queue.
    const turns = new PQueue({ concurrency: 1 })
    const query: Connection['query'] = (sql, values) => turns.add(() => client.query(sql, values))
    const heartbeat = setInterval(() => query('select 1').catch(() => {}), HEARTBEAT_MS)
    ended.then(() => clearInterval(heartbeat))

    current = { query, close: () => client.end(), asked: new Map(), held: new Set(), ended }
    const connection = current
    for (const channel of handlers.keys()) await query(`listen ${pg.escapeIdentifier(channel)}`)
    for (const callback of callbacks) callback()
    return connection
  }

  async function ask({ query, asked, held }: Connection, key: string): Promise<boolean> {
    try {
      const { rows } = await query('select pg_try_advisory_lock(hashtextextended($1, 0)) as locked', [key])
      if (rows[0].locked) held.add(key)
      else asked.delete(key)
      return rows[0].locked
    } catch (error) {
      asked.delete(key)
      if (isDatabaseAway(error)) return false
      throw error
    }
  }

  const running = stayConnected()
  return {
    listen(channel, handler) {
      const known = handlers.get(channel)
      handlers.set(channel, [...(known ?? []), handler])
      if (!known) current?.query(`listen ${pg.escapeIdentifier(channel)}`).catch(() => {})
    },
    async tryLock(key) {
      if (!current) return false
      // Advisory locks count: asked twice, they would have to be given back twice.
      const attempt = current.asked.get(key) ?? ask(current, key)
      current.asked.set(key, attempt)
      return attempt
    },
    async unlock(key) {
      const connection = current
      if (!connection || !(await connection.asked.get(key))) return
      connection.asked.delete(key)
      connection.held.delete(key)
      await connection.query('select pg_advisory_unlock(hashtextextended($1, 0))', [key]).catch((error) => {
        if (!isDatabaseAway(error)) throw error
      })
    },
    held: (key) => current?.held.has(key) ?? false,
    onConnect: (callback) => void callbacks.push(callback),
    async close() {
      closing.abort()
      await current?.close()
      await running
    },
  }
}
