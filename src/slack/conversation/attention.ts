import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from '../../storage/log.ts'
import type { BackFill } from './back-fill.ts'

/** As long as Slack is heard, that is kept so often. */
const EVERY_MS = 10_000

/** Sees to it that what people say is on record although nobody may have listened for a while. */
export interface Attention {
  /** Slack is heard from now on, or again: what was said before is looked for. */
  connected(): void
  disconnected(): void
  /** The database was away when something was heard: it is looked for when that is back. */
  lost(error: unknown): void
  start(): void
  stop(): Promise<void>
}

export function createAttention({
  listen,
  backFill,
  log,
  everyMs = EVERY_MS,
}: {
  /** Puts on record that Slack is heard now, and what was missed. */
  listen: (everyMs: number) => Promise<boolean>
  backFill: BackFill
  log: Log
  everyMs?: number
}): Attention {
  const stopping = new AbortController()
  const { signal } = stopping
  let hears = false
  let isWanted = false
  let wake = () => {}
  /** Said already, until it works again: what is heard can't be recorded · what was said can't be looked for. */
  let losing = false
  let failing = false
  let filling: Promise<void> | null = null
  let running: Promise<void> | null = null

  /** It may take minutes, in which Slack is heard all the same. */
  async function fill() {
    try {
      while (isWanted && !signal.aborted) {
        isWanted = false
        isWanted = (await backFill(signal)) || isWanted
      }
      losing = false
      failing = false
    } catch (error) {
      isWanted = true
      trouble(error)
    }
  }

  function trouble(err: unknown) {
    if (signal.aborted || failing) return
    failing = true
    log.warn({ err }, 'what was said meanwhile can’t be looked for yet; trying again')
  }

  async function run() {
    while (!signal.aborted) {
      const woken = new AbortController()
      wake = () => woken.abort()
      try {
        if (hears && (await listen(everyMs))) isWanted = true
        if (!isWanted) failing = false
        else if (hears) filling ??= fill().finally(() => (filling = null))
      } catch (error) {
        trouble(error)
      }
      await delay(everyMs, undefined, { signal: AbortSignal.any([signal, woken.signal]), ref: false }).catch(() => {})
    }
    await filling
  }

  return {
    connected() {
      hears = true
      isWanted = true
      wake()
    },
    disconnected() {
      hears = false
    },
    lost(error) {
      if (!losing) log.warn({ err: error }, 'what was said was not recorded: the database is away. It is looked for')
      losing = true
      isWanted = true
    },
    start() {
      running ??= run()
    },
    async stop() {
      stopping.abort()
      await running
    },
  }
}
