import { RUN_ENDS, type RunEnd } from './http/metrics.ts'
import type { Log } from './storage/log.ts'
import type { NewEntry } from './timeline/entries.ts'
import type { Ledger } from './timeline/ledger.ts'

/**
 * Tells of each commit of this replica: the log which entries it added, and nothing of what they say; the metrics which runs
 * it ended. Votes, claims, intents and outcomes are entries, so nobody else has to tell of them.
 */
export function tellOfCommits(
  ledger: Ledger,
  { log, metrics }: { log: Log; metrics: { runEnded(outcome: RunEnd): void } },
): void {
  ledger.onAppend((chain, { seq }, entries) => {
    log.info({ chain, seq, entries: entries.map(inShort) }, 'recorded')
    for (const { body } of entries) {
      const end = body.type === 'change.moved' && body.from !== 'planned' && body.from !== 'approved' && endOf(body.to)
      if (end) metrics.runEnded(end)
    }
  })
}

/** `OP-12 change.moved claimed`. */
function inShort({ subject, body }: NewEntry): string {
  const to = body.type === 'change.moved' || body.type === 'incident.status_changed' ? ` ${body.to}` : ''
  return `${subject} ${body.type}${to}`
}

const endOf = (state: string): RunEnd | undefined => RUN_ENDS.find((end) => end === state)
