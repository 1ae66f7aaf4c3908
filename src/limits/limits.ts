import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { Log } from '../storage/log.ts'
import { connectRedis, type RedisState } from './redis.ts'

/** So many in a window, which opens with the first of them and lasts whole seconds. */
export interface Budget {
  points: number
  seconds: number
}

export type Taken = { ok: true } | { ok: false; retryInMs: number }

export interface Limits<Name extends string> {
  /**
   * Takes one from the budget that all replicas share. Never rejects and never waits longer for Redis than the time-out:
   * when Redis can't say, the replica's own budget counts, which is as large.
   */
  take(budget: Name, key: string): Promise<Taken>
  /** Nobody takes any for so long. */
  pause(budget: Name, key: string, ms: number): Promise<void>
  state(): Promise<RedisState>
  close(): void
}

interface Metrics {
  /** The replica's own budget counted: there is no Redis, or it could not say. */
  failedOpen(budget: string, reason: 'no_redis' | 'away'): void
  /** There was none to take. */
  exhausted(budget: string): void
}

/** Nobody notices so much beside a call of Slack's. */
const TIMEOUT_MS = 100

/**
 * Budgets by name and key, counted in Redis for all replicas of one app, or in this process when `redisUrl` is null or
 * Redis is away. `owner` says whose they are (workspace and app): several bots may share one Redis.
 */
export function createLimits<Name extends string>(options: {
  redisUrl: string | null
  budgets: Record<Name, Budget>
  owner: () => string
  log: Log
  metrics: Metrics
  timeoutMs?: number
}): Limits<Name> {
  const { redisUrl, budgets, owner, log, metrics, timeoutMs = TIMEOUT_MS } = options
  const forEach = <T>(make: (options: { keyPrefix: string; points: number; duration: number }) => T) =>
    Object.fromEntries(
      Object.entries<Budget>(budgets).map(([name, { points, seconds }]) => [
        name,
        make({ keyPrefix: `firebreak:${name}`, points, duration: seconds }),
      ]),
    ) as Record<Name, T>

  const own = forEach((budget) => new RateLimiterMemory(budget))
  const redis =
    redisUrl === null
      ? null
      : connectRedis(redisUrl, {
          make: (storeClient) => forEach((budget) => new RateLimiterRedis({ ...budget, storeClient })),
          ...{ timeoutMs, log },
        })
  const keyOf = (key: string) => `${owner()}/${key}`

  /** Null when Redis can't say. */
  async function takeShared(budget: Name, key: string): Promise<Taken | null> {
    const shared = redis?.use()
    if (!redis || !shared) return null
    try {
      const taken = await consume(shared[budget], key)
      redis.worked()
      return taken
    } catch (error) {
      redis.failed(error)
      return null
    }
  }

  return {
    async take(budget, key) {
      const shared = await takeShared(budget, keyOf(key))
      if (!shared) metrics.failedOpen(budget, redis ? 'away' : 'no_redis')
      const taken = shared ?? (await consume(own[budget], keyOf(key)))
      if (!taken.ok) metrics.exhausted(budget)
      return taken
    },
    async pause(budget, key, ms) {
      const seconds = Math.ceil(ms / 1000)
      await own[budget].block(keyOf(key), seconds)
      await redis?.use()?.[budget].block(keyOf(key), seconds).catch(redis.failed)
    },
    state: async () => (await redis?.state()) ?? { configured: false, connected: false, since: null, error: null },
    close: () => redis?.close(),
  }
}

async function consume(limiter: RateLimiterMemory | RateLimiterRedis, key: string): Promise<Taken> {
  try {
    await limiter.consume(key)
    return { ok: true }
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return { ok: false, retryInMs: Math.max(1, refusal.msBeforeNext) }
    throw refusal
  }
}
