import { Redis } from 'ioredis'
import { addressOf } from './redis.ts'

const TIMEOUT_MS = 3_000

/** Asks a Redis for its version. Rejects when it can't be reached or refuses; no error holds the password. */
export async function examineRedis(url: string): Promise<{ version: string }> {
  const { password } = addressOf(url)
  const redis = new Redis({
    ...addressOf(url),
    connectionName: 'firebreak doctor',
    ...{ lazyConnect: true, connectTimeout: TIMEOUT_MS, commandTimeout: TIMEOUT_MS, retryStrategy: null },
  })
  let lost: Error | null = null
  redis.on('error', (error) => {
    lost = error
  })
  try {
    await redis.connect()
    return { version: /redis_version:(\S+)/.exec(await redis.info('server'))?.[1] ?? 'unknown' }
  } catch (error) {
    // “Connection is closed.” is all that the command says of a connection that never came about.
    const { message, code } = (lost ?? error) as Error & { code?: string }
    const words = message || code || 'unknown'
    throw new Error(password ? words.replaceAll(password, '…') : words)
  } finally {
    redis.disconnect()
  }
}
