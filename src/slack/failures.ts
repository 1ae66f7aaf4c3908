import { randomBytes } from 'node:crypto'
import { isDatabaseAway } from '../storage/away.ts'
import type { Log } from '../storage/log.ts'
import { DuplicateCause } from '../timeline/ledger.ts'
import type { SlackMetrics } from './metrics.ts'
import type { Source } from './source.ts'

/** What a person is told when a gesture failed; null when it needs no word. The log says the rest. */
export function explain(error: unknown, source: Source, { log, metrics }: Tools): string | null {
  const gesture = { cause: source.cause, user: source.user, channel: source.channel }
  if (error instanceof DuplicateCause) {
    // The first delivery was answered.
    metrics.gesture(source.kind, 'duplicate')
    log.info(gesture, 'Slack delivered a gesture twice; it acted once')
    return null
  }
  if (isDatabaseAway(error)) {
    metrics.gesture(source.kind, 'away')
    log.warn({ ...gesture, err: error }, 'a gesture was not recorded: the database is away')
    if ((error as { maybeCommitted?: boolean }).maybeCommitted) {
      return 'The database went away in the middle of it: this was either recorded as a whole or not at all. Look at the thread, or at the list of incidents, before you try again.'
    }
    return "Not recorded: the database can't be reached. Nothing was done. Try again."
  }
  const id = randomBytes(4).toString('hex')
  metrics.gesture(source.kind, 'failed')
  log.error({ ...gesture, err: error, correlation: id }, 'a gesture failed')
  return `Something went wrong in Firebreak, and what you asked for may not have been done. Look at the thread before you try again. Whoever runs Firebreak finds the reason in its log under \`${id}\`.`
}

interface Tools {
  log: Log
  metrics: SlackMetrics
}
