import { AWAY_MS, FRESH_MS, USELESS_MS } from '../identity/ages.ts'
import type { Known } from '../identity/person.ts'

/** Far more than are ever asked about within 12 hours; beyond it the oldest go. */
const MOST = 20_000

/** Remembers answers with their age. Two who ask for the same thing at once share one question. */
export class AgingCache<T> {
  readonly #kept = new Map<string, Known<T>>()
  readonly #asking = new Map<string, Promise<Known<T>>>()
  /** When the source could not tell, and why. */
  readonly #failed = new Map<string, { at: number; error: unknown }>()
  readonly #options: Options<T>

  /** `now` is Date.now, unless a test's. */
  constructor(options: Options<T>) {
    this.#options = options
  }

  /**
   * Rejects when the source can't tell and nothing younger than 12 hours is remembered. For a minute after that it isn't
   * asked again: while it hangs, that would hold up everybody.
   */
  async get(key: string): Promise<Known<T>> {
    const { staysFresh, onStale } = this.#options
    const kept = this.#kept.get(key)
    if (kept && staysFresh(kept.value) && this.#age(kept) < FRESH_MS) return kept
    try {
      const failed = this.#failed.get(key)
      if (failed && this.#now() - failed.at < AWAY_MS) throw failed.error
      return await this.#askOnce(key)
    } catch (error) {
      const last = this.#kept.get(key)
      if (!last || this.#age(last) > USELESS_MS) throw error
      onStale(key, this.#age(last), error)
      return last
    }
  }

  /** What was said last, however old. */
  peek(key: string): T | undefined {
    return this.#kept.get(key)?.value
  }

  /** The next one asks, and goes by what was known only when the source can't tell. */
  doubt(key: string): void {
    this.#failed.delete(key)
    const kept = this.#kept.get(key)
    if (kept) this.#kept.set(key, { ...kept, at: new Date(Math.min(kept.at.getTime(), this.#now() - FRESH_MS)) })
  }

  #now(): number {
    return (this.#options.now ?? Date.now)()
  }

  #age({ at }: Known<T>): number {
    return this.#now() - at.getTime()
  }

  #askOnce(key: string): Promise<Known<T>> {
    const asking = this.#asking.get(key)
    if (asking) return asking
    const asked = this.#options
      .ask(key)
      .then((value) => this.#keep(key, value))
      .catch((error: unknown) => {
        this.#failed.set(key, { at: this.#now(), error })
        throw error
      })
      .finally(() => this.#asking.delete(key))
    this.#asking.set(key, asked)
    return asked
  }

  #keep(key: string, value: T): Known<T> {
    const known = { value, at: new Date(this.#now()) }
    this.#failed.delete(key)
    this.#kept.delete(key)
    this.#kept.set(key, known)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > MOST && oldest !== undefined) this.#kept.delete(oldest)
    return known
  }
}

interface Options<T> {
  /** Rejects when the source can't tell. */
  ask: (key: string) => Promise<T>
  /** Whether such an answer holds for 15 minutes; another one is asked for again by whoever comes next. */
  staysFresh: (value: T) => boolean
  /** Hears of each old answer that is used because the source can't tell. */
  onStale: (key: string, ageMs: number, error: unknown) => void
  now?: () => number
}
