import { setTimeout as delay } from 'node:timers/promises'
import PQueue from 'p-queue'
import type { Budget, Limits, Taken } from '../../limits/limits.ts'

/** On the average so many a second; up to `burst` at once. */
export interface Rate {
  perSecond: number
  burst: number
}

/** `posts` for each channel, `edits` for the workspace: as Slack counts them. */
export interface Rates {
  posts: Rate
  edits: Rate
}

export interface Pace<Kind extends string = keyof Rates> {
  /** Waits for its turn; greater urgency goes first. Rejects when `signal` aborts. */
  turn(kind: Kind, channel: string, urgency: number, signal: AbortSignal): Promise<void>
  /** Slack said 429: nobody's turn comes for so long, in any replica. */
  pause(kind: Kind, channel: string, ms: number): Promise<void>
}

/** What all replicas may do together: the same rate, in windows of whole seconds. */
export function budgetOf({ perSecond, burst }: Rate): Budget {
  const seconds = Math.max(1, Math.ceil(round(burst / perSecond)))
  return { points: Math.max(1, Math.floor(round(perSecond * seconds))), seconds }
}

/** 50 a minute are 50 in 60 s, not 49.999. */
const round = (value: number) => Math.round(value * 1e6) / 1e6

export function createPace<Kind extends string>(
  rates: Record<Kind, Rate>,
  limits: Pick<Limits<NoInfer<Kind>>, 'take' | 'pause'>,
): Pace<Kind> {
  const lanes = new Map<string, ReturnType<typeof createLane>>()
  const keyOf = (kind: Kind, channel: string) => (kind === 'posts' ? channel : 'workspace')
  const lane = (kind: Kind, channel: string) => {
    const key = keyOf(kind, channel)
    const made = lanes.get(`${kind}/${key}`) ?? createLane(rates[kind], () => limits.take(kind, key))
    lanes.set(`${kind}/${key}`, made)
    return made
  }
  return {
    turn: (kind, channel, urgency, signal) => lane(kind, channel).turn(urgency, signal),
    pause: (kind, channel, ms) => limits.pause(kind, keyOf(kind, channel), ms),
  }
}

/** Those who wait for one budget. Who goes is decided when somebody may go, so that what is urgent overtakes. */
function createLane({ perSecond, burst }: Rate, take: () => Promise<Taken>) {
  const waiting = new PQueue({ autoStart: false })
  /** What this replica may do if it were alone. It is stricter than the windows that all share, and needs no Redis. */
  const own = new PQueue({ intervalCap: burst, interval: (burst / perSecond) * 1000, strict: true })
  let serving = false

  async function serve() {
    if (serving) return
    serving = true
    while (waiting.size > 0) {
      await own.add(() => {})
      for (let taken = await take(); !taken.ok; taken = await take()) {
        await delay(taken.retryInMs, undefined, { ref: false })
      }
      waiting.start()
    }
    serving = false
  }

  return {
    async turn(urgency: number, signal: AbortSignal) {
      // Whoever goes closes the door behind them.
      const turn = waiting.add(() => waiting.pause(), { priority: urgency, signal })
      void serve()
      await turn
    },
  }
}
