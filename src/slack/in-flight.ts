import { setTimeout as delay } from 'node:timers/promises'

/** What is under way, so that a stop can wait for it: Bolt doesn't. */
export class InFlight {
  readonly #running = new Set<Promise<unknown>>()

  track<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work)
    const done = () => void this.#running.delete(work)
    work.then(done, done)
    return work
  }

  /** Waits until nothing runs, at most so long; resolves to how much still does. */
  async settled(ms: number): Promise<number> {
    const deadline = new AbortController()
    const late = delay(ms, undefined, { signal: deadline.signal }).catch(() => {})
    while (this.#running.size > 0) {
      const before = [...this.#running]
      const first = await Promise.race([Promise.allSettled(before).then(() => 'settled'), late])
      if (first !== 'settled') break
    }
    deadline.abort()
    return this.#running.size
  }
}
