import type { Log } from '../storage/log.ts'

export type GestureKind = 'command' | 'mention' | 'action' | 'view' | 'shortcut'

/** What Slack's edge counts; src/http/metrics.ts makes one for Prometheus. */
export interface SlackMetrics {
  /** From the delivery to the acknowledgement, in seconds. */
  acknowledged(kind: GestureKind, seconds: number): void
  gesture(kind: GestureKind, outcome: 'done' | 'duplicate' | 'away' | 'failed'): void
  /** A Web API call, or a post to a `response_url`; the outcome is `ok` or Slack's error. */
  called(method: string, outcome: string): void
  /** A payload that Slack would have refused, and what was wrong with it. */
  repaired(limit: string): void
}

/** A call of Slack's that begins now; what is returned is to be told how it ended. */
export function beginCall(method: string, { metrics, log }: { metrics: SlackMetrics; log: Log }) {
  const since = performance.now()
  return (outcome: string) => {
    metrics.called(method, outcome)
    log.debug({ method, outcome, ms: Math.round(performance.now() - since) }, 'Slack was called')
  }
}
