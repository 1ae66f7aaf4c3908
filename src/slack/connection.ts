import { setTimeout as delay } from 'node:timers/promises'
import type { SocketModeReceiver } from '@slack/bolt'
import type { Log } from '../storage/log.ts'
import { backoff } from './backoff.ts'

/** From asking for an address to Slack's hello. */
const HELLO_MS = 20_000
/** A connection that ends sooner counts as a failure: so a Slack that hangs up at once isn't dialled in a tight loop. */
const STABLE_MS = 10_000
const CLOSE_MS = 1_000

/** The Socket Mode connection: made, and made again at once when Slack refreshes it (every few hours), until stopped. */
export function keepConnected(
  { client }: Pick<SocketModeReceiver, 'client'>,
  { log, onChange }: { log: Log; onChange: (connected: boolean, error: Error | null) => void },
) {
  const stopping = new AbortController()
  const { signal } = stopping

  async function session(): Promise<number> {
    const gone = new Promise((resolve) => client.once('disconnected', resolve))
    const late = setTimeout(() => void client.disconnect(), HELLO_MS)
    try {
      await client.start()
    } catch (error) {
      throw error ?? new Error('Slack closed the connection before its hello')
    } finally {
      clearTimeout(late)
    }
    const since = Date.now()
    onChange(true, null)
    // A stop while the address was asked for found no connection to close.
    if (signal.aborted) void client.disconnect()
    await gone
    onChange(false, null)
    return Date.now() - since
  }

  async function run() {
    for (let failures = 0; !signal.aborted; ) {
      try {
        failures = (await session()) < STABLE_MS ? failures + 1 : 0
        if (!signal.aborted) log.info({}, 'the connection to Slack ended; connecting again')
        // The first time at once: a refresh must not leave a gap.
        if (failures <= 1) continue
      } catch (error) {
        failures += 1
        onChange(false, error as Error)
        if (!signal.aborted) log.warn({ err: error }, 'no connection to Slack; trying again')
      }
      await delay(backoff(failures), undefined, { signal }).catch(() => {})
    }
  }

  return {
    /** Resolves once stopped; never rejects. */
    run,
    /** Slack sends nothing more over this connection, and nothing can be acknowledged over it either. */
    async stop() {
      stopping.abort()
      await Promise.race([client.disconnect(), delay(CLOSE_MS)])
      // It waits up to 30 s for the other side's goodbye; the second call doesn't.
      client.websocket?.disconnect()
    },
  }
}
