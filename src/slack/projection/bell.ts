import { setTimeout as delay } from 'node:timers/promises'

/** Wakes whoever waits for something that may happen at any time. */
export interface Bell {
  ring(): void
  rung(): boolean
  reset(): void
  /** Until it rings, or for so many ms. */
  wait(ms: number): Promise<void>
}

/** `stopping` ends every wait. */
export function createBell(stopping: AbortSignal): Bell {
  let bell = new AbortController()
  return {
    ring: () => bell.abort(),
    rung: () => bell.signal.aborted,
    reset: () => {
      bell = new AbortController()
    },
    async wait(ms) {
      await delay(ms, undefined, { signal: AbortSignal.any([bell.signal, stopping]) }).catch(() => {})
      if (bell.signal.aborted) bell = new AbortController()
    },
  }
}
