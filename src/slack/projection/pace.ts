import PQueue from 'p-queue'

/** On the average so many a second; up to `burst` at once. */
interface Rate {
  perSecond: number
  burst: number
}

/** `posts` for each channel, `edits` for the workspace: as Slack counts them. */
export interface Rates {
  posts: Rate
  edits: Rate
}

export interface Pace {
  /** Waits for its turn; greater urgency goes first. Rejects when `signal` aborts. */
  turn(kind: keyof Rates, channel: string, urgency: number, signal: AbortSignal): Promise<void>
  /** Slack said 429: nobody's turn comes for so long. */
  pause(kind: keyof Rates, channel: string, ms: number): void
}

export function createPace(rates: Rates): Pace {
  const queues = new Map<string, PQueue>()
  const queue = (kind: keyof Rates, channel: string) => {
    const key = kind === 'posts' ? channel : kind
    const { perSecond, burst } = rates[kind]
    const made =
      queues.get(key) ?? new PQueue({ intervalCap: burst, interval: (burst / perSecond) * 1000, strict: true })
    queues.set(key, made)
    return made
  }
  return {
    async turn(kind, channel, urgency, signal) {
      await queue(kind, channel).add(() => {}, { priority: urgency, signal })
    },
    pause(kind, channel, ms) {
      const paused = queue(kind, channel)
      paused.pause()
      setTimeout(() => paused.start(), ms).unref()
    },
  }
}
