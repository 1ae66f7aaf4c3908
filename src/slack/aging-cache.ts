/** Fresh enough to use without asking. */
const FRESH_MS = 15 * 60_000
/** Old enough to be useless, even when the source can't be asked. */
const USELESS_MS = 12 * 60 * 60_000
/** Far more people than ever speak to a bot within 12 hours; beyond it the oldest go. */
const MOST = 20_000

interface Kept<T> {
  value: T
  at: number
}

/** Remembers answers with their age. Two who ask for the same thing at once share one question. */
export class AgingCache<T> {
  readonly #kept = new Map<string, Kept<T>>()
  readonly #asking = new Map<string, Promise<T>>()
  readonly #ask: (key: string) => Promise<T>
  readonly #onStale: (key: string, ageMs: number, error: unknown) => void
  readonly #now: () => number

  /** `ask` rejects when the source can't tell. `onStale` hears of each old answer that is used because of that. */
  constructor(options: {
    ask: (key: string) => Promise<T>
    onStale: (key: string, ageMs: number, error: unknown) => void
    now?: () => number
  }) {
    this.#ask = options.ask
    this.#onStale = options.onStale
    this.#now = options.now ?? Date.now
  }

  /** Rejects when the source can't tell and nothing younger than 12 hours is remembered. */
  async get(key: string): Promise<T> {
    const kept = this.#kept.get(key)
    if (kept && this.#now() - kept.at < FRESH_MS) return kept.value
    try {
      return await this.#askOnce(key)
    } catch (error) {
      const age = kept ? this.#now() - kept.at : Number.POSITIVE_INFINITY
      if (!kept || age > USELESS_MS) throw error
      this.#onStale(key, age, error)
      return kept.value
    }
  }

  #askOnce(key: string): Promise<T> {
    const asking = this.#asking.get(key)
    if (asking) return asking
    const asked = this.#ask(key)
      .then((value) => {
        this.#keep(key, value)
        return value
      })
      .finally(() => this.#asking.delete(key))
    this.#asking.set(key, asked)
    return asked
  }

  #keep(key: string, value: T) {
    this.#kept.delete(key)
    this.#kept.set(key, { value, at: this.#now() })
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > MOST && oldest !== undefined) this.#kept.delete(oldest)
  }
}
