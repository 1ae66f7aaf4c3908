import { Cluster, Redis, type RedisOptions, ReplyError } from 'ioredis'
import type { Log } from '../storage/log.ts'

/** What `/health/ready` shows of Redis; readiness doesn't hang on it. */
export interface RedisState {
  /** There is a `REDIS_URL`. */
  configured: boolean
  connected: boolean
  /** Since when it is so; null when it isn't configured. */
  since: Date | null
  /** Why it isn't connected, or what it answered instead of counting. */
  error: string | null
}

export type Client = Redis | Cluster

export interface Connection<T> {
  /** What was made of the client; null while Redis can't be asked. Never waits. */
  use(): T | null
  /** What became of a command, for the state and the log. */
  worked(): void
  failed(error: unknown): void
  /** Asks Redis first, for `timeoutMs` at most. */
  state(): Promise<RedisState>
  close(): void
}

const CONNECT_MS = 2_000
const CLOSE_MS = 500
/** Part of a cluster may refuse and part of it work, turn by turn. */
const COMPLAIN_EVERY_MS = 60_000
const retry = (attempt: number) => Math.min(attempt * 100, 2_000)

/**
 * A connection that is made in the background, and made again for as long as it takes. No command waits for it, is queued
 * or repeated, and none lasts longer than `timeoutMs`. A node of a cluster is recognised, and the others are found.
 */
export function connectRedis<T>(
  url: string,
  { make, timeoutMs, log }: { make: (client: Client) => T; timeoutMs: number; log: Log },
): Connection<T> {
  const { host, port, ...access } = addressOf(url)
  const options = {
    ...access,
    connectionName: 'firebreak',
    commandTimeout: timeoutMs,
    // A server that says nothing for so long is gone, and no further command waits for it.
    socketTimeout: timeoutMs * 10,
    connectTimeout: CONNECT_MS,
    disconnectTimeout: CLOSE_MS,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // After a failover the old primary goes on answering, as a replica: its name leads to the new one by then.
    reconnectOnError: (error) => error.message.includes('READONLY'),
  } satisfies RedisOptions
  const state: RedisState = { configured: true, connected: false, since: new Date(), error: null }
  let client = watch(new Redis({ ...options, host, port, enableOfflineQueue: false, retryStrategy: retry }))
  let made: T | null = null
  /** Connections that failed or ended, since the last one that worked. */
  let losses = 0
  let told: 'there' | 'away' | null = null
  let complainedAt = Number.NEGATIVE_INFINITY
  let closed = false

  function watch(client: Client): Client {
    client.on('error', (error) => {
      state.error = inWords(error)
    })
    client.on('close', lost)
    client.on('ready', () => void welcome(client))
    return client
  }

  function lost() {
    if (closed) return
    made = null
    if (state.connected) Object.assign(state, { connected: false, since: new Date() })
    losses += 1
    // The first is often made good at once; the second is an attempt that failed.
    if (losses !== 2) return
    told = 'away'
    log.warn({ redis: `${host}:${port}`, error: state.error }, 'Redis is away: each replica keeps to limits of its own')
  }

  async function welcome(ready: Client) {
    if (ready instanceof Redis) {
      const isNode = await isClusterNode(ready).catch(() => null)
      if (isNode === null) return ready.disconnect(true)
      if (isNode) return enterCluster(ready)
    } else {
      // They are connected to when they are first asked, and refuse whatever else is asked meanwhile.
      await Promise.allSettled(ready.nodes('master').map((node) => node.ping()))
    }
    if (closed || ready !== client || ready.status !== 'ready') return
    made = make(ready)
    Object.assign(state, { connected: true, since: new Date(), error: null })
    losses = 0
    if (told !== 'there') log.info({ redis: `${host}:${port}` }, told === 'away' ? 'Redis is back' : 'Redis is there')
    told = 'there'
  }

  function enterCluster(node: Redis) {
    if (closed) return
    node.removeAllListeners('close').disconnect()
    client = watch(
      new Cluster([{ host, port }], {
        ...{ redisOptions: options, enableOfflineQueue: false, clusterRetryStrategy: retry },
        ...{ retryDelayOnFailover: 0, retryDelayOnClusterDown: 0, retryDelayOnTryAgain: 0 },
        slotsRefreshInterval: 5_000,
        // Certificates are for names: the nodes' own must not be turned into addresses.
        dnsLookup: (name, found) => found(null, name),
      }),
    )
  }

  /** For the log: no error as it is, since ioredis hangs the command on it, and that may be the one with the password. */
  function inWords(error: unknown): string {
    const { message, code, lastNodeError } = error as Error & { code?: string; lastNodeError?: Error }
    const words = lastNodeError?.message || message || code || 'unknown'
    return access.password ? words.replaceAll(access.password, '…') : words
  }

  function failed(error: unknown) {
    if (!state.connected) return
    state.error = inWords(error)
    if (!(error instanceof ReplyError) || performance.now() - complainedAt < COMPLAIN_EVERY_MS) return
    complainedAt = performance.now()
    log.warn({ error: state.error }, 'Redis does not count for us: each replica keeps to limits of its own')
  }

  return {
    use: () => made,
    failed,
    worked() {
      state.error = null
    },
    async state() {
      if (made) await client.ping().catch(failed)
      return { ...state }
    },
    close() {
      closed = true
      made = null
      client.disconnect()
    },
  }
}

/** `redis://user:password@host:6379/0`, or `rediss://` for TLS; src/config has checked it. */
export function addressOf(url: string) {
  const { protocol, hostname, port, username, password, pathname } = new URL(url)
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || 6379),
    username: decodeURIComponent(username),
    password: decodeURIComponent(password),
    db: Number(pathname.slice(1)),
    ...(protocol === 'rediss:' && { tls: {} }),
  }
}

/** One that may not be asked counts as none. Rejects when it doesn't answer. */
async function isClusterNode(redis: Redis): Promise<boolean> {
  try {
    return (await redis.info('cluster')).includes('cluster_enabled:1')
  } catch (error) {
    if (error instanceof ReplyError) return false
    throw error
  }
}
