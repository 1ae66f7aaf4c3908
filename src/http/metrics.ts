import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** So many of Slack's error codes are told apart; whoever answers with yet another name makes no new series. */
const MOST_OUTCOMES = 100
const GESTURES = {
  kinds: ['command', 'mention', 'action', 'view', 'shortcut'],
  outcomes: ['done', 'duplicate', 'away', 'failed'],
}
const RATE_LIMITED = ['ratelimited', 'rate_limited', 'http_429']
/** How a run can end: by its outcome, or because nothing was run after all. */
export const RUN_ENDS = ['succeeded', 'failed', 'overridden', 'inconclusive', 'unknown', 'stale'] as const
export type RunEnd = (typeof RUN_ENDS)[number]

/**
 * What each replica counts of its own doing, as one value that is handed to those who count: the sum over all replicas is
 * the whole. `gauges.ts` has what is read at a scrape.
 */
export function createMetrics() {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })

  const acknowledged = new Histogram({
    name: 'firebreak_slack_acknowledgement_seconds',
    help: 'From the delivery of a gesture to its acknowledgement; Slack gives up at 3 s',
    labelNames: ['kind'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3],
    registers,
  })
  const gestures = new Counter({
    name: 'firebreak_slack_gestures_total',
    help: 'Commands, mentions, actions, views and shortcuts, by how they ended',
    labelNames: ['kind', 'outcome'],
    registers,
  })
  const calls = new Counter({
    name: 'firebreak_slack_calls_total',
    help: 'Calls of the Web API and of response_url',
    labelNames: ['method', 'outcome'],
    registers,
  })
  const rateLimited = new Counter({
    name: 'firebreak_slack_rate_limited_total',
    help: 'Calls that Slack answered with 429: too many',
    labelNames: ['method'],
    registers,
  })
  const runs = new Counter({
    name: 'firebreak_runs_total',
    help: 'Runs that ended, by outcome; one that was unknown counts again when a person has settled it and it ends',
    labelNames: ['outcome'],
    registers,
  })
  const repairs = new Counter({
    name: 'firebreak_slack_limit_repairs_total',
    help: 'Payloads that Slack would have refused, repaired before they were sent',
    labelNames: ['limit'],
    registers,
  })
  const messages = new Counter({
    name: 'firebreak_slack_messages_total',
    help: 'Messages of the projection, by what became of them',
    labelNames: ['outcome'],
    registers,
  })
  const lag = new Histogram({
    name: 'firebreak_slack_projection_lag_seconds',
    help: 'From an entry of the ledger to its message',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300],
    registers,
  })
  const requests = new Counter({
    name: 'firebreak_api_requests_total',
    help: 'Requests of the command line, by route and HTTP status',
    labelNames: ['route', 'status'],
    registers,
  })
  const failedOpen = new Counter({
    name: 'firebreak_limits_fail_open_total',
    help: "Times that the replica's own budget counted, since there is no Redis or it was away",
    labelNames: ['budget', 'reason'],
    registers,
  })
  const exhausted = new Counter({
    name: 'firebreak_limits_exhausted_total',
    help: 'Times that a budget had none left: a message waited, or a person was refused',
    labelNames: ['budget'],
    registers,
  })
  const behind = new Gauge({
    name: 'firebreak_audit_sink_behind_entries',
    help: 'Entries of the ledger that an audit sink lacks, as the replica that feeds it knows',
    labelNames: ['sink'],
    registers,
  })

  // A series that begins with its first event hides that event from rate() and increase().
  for (const outcome of RUN_ENDS) runs.inc({ outcome }, 0)
  for (const kind of GESTURES.kinds) for (const outcome of GESTURES.outcomes) gestures.inc({ kind, outcome }, 0)
  const known = new Set<string>()
  const bounded = (outcome: string) => {
    if (known.size < MOST_OUTCOMES) known.add(outcome)
    return known.has(outcome) ? outcome : 'other'
  }

  return {
    registry,
    acknowledged: (kind: string, seconds: number) => acknowledged.observe({ kind }, seconds),
    gesture: (kind: string, outcome: string) => gestures.inc({ kind, outcome }),
    called(method: string, outcome: string) {
      calls.inc({ method, outcome: bounded(outcome) })
      rateLimited.inc({ method }, RATE_LIMITED.includes(outcome) ? 1 : 0)
    },
    runEnded: (outcome: RunEnd) => runs.inc({ outcome }),
    repaired: (limit: string) => repairs.inc({ limit }),
    message: (outcome: string) => messages.inc({ outcome }),
    api: (route: string, status: number) => requests.inc({ route, status }),
    lag: (ms: number) => lag.observe(ms / 1000),
    failedOpen: (budget: string, reason: 'no_redis' | 'away') => failedOpen.inc({ budget, reason }),
    exhausted: (budget: string) => exhausted.inc({ budget }),
    sinkBehind: (sink: string, entries: number | null) =>
      entries === null ? behind.remove({ sink }) : behind.set({ sink }, entries),
  }
}
