import type { Json } from './types.ts'

export interface Fault {
  /** An HTTP status instead of an answer, such as 500. */
  status?: number
  /** A Web API error, such as `internal_error`. */
  error?: string
  /** HTTP 429 with this Retry-After, in seconds. */
  retryAfter?: number
  /** Never answers. Nothing is performed. */
  hang?: boolean
  /** Performs the call, then cuts the connection: the bot cannot know that it happened. */
  dropResponse?: boolean
  /** How many calls it hits; all of them unless given. */
  times?: number
  /** Only calls with such arguments. */
  when?: (args: Json) => boolean
}

/** What goes wrong on purpose. The method `*` means every method; `response_url` and `upload` name the other two. */
export class Faults {
  #active: { method: string; fault: Fault; left: number }[] = []

  add(method: string, fault: Fault) {
    this.#active.push({ method, fault, left: fault.times ?? Number.POSITIVE_INFINITY })
  }

  clear() {
    this.#active = []
  }

  take(method: string, args: Json): Fault | undefined {
    const hit = this.#active.find(
      (one) => one.left > 0 && (one.method === method || one.method === '*') && (one.fault.when?.(args) ?? true),
    )
    if (hit) hit.left -= 1
    return hit?.fault
  }
}

/** Tokens refill at `perSecond` up to `burst`, for each channel: Slack's "about one post a second, short bursts". */
export class PostRate {
  readonly #buckets = new Map<string, { tokens: number; at: number }>()
  readonly #perSecond: number
  readonly #burst: number
  readonly #now: () => number

  constructor({ perSecond, burst }: { perSecond: number; burst: number }, now: () => number) {
    this.#perSecond = perSecond
    this.#burst = burst
    this.#now = now
  }

  /** Seconds to wait; 0 when the post may go. */
  wait(channel: string): number {
    const now = this.#now()
    const bucket = this.#buckets.get(channel) ?? { tokens: this.#burst, at: now }
    const tokens = Math.min(this.#burst, bucket.tokens + ((now - bucket.at) / 1000) * this.#perSecond)
    const allowed = tokens >= 1
    this.#buckets.set(channel, { tokens: allowed ? tokens - 1 : tokens, at: now })
    return allowed ? 0 : Math.ceil((1 - tokens) / this.#perSecond)
  }
}
