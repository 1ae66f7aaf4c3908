import { failed } from '../../templates/failures.ts'
import type { Log } from '../storage/log.ts'
import { failureOf } from '../timeline/failures.ts'
import type { SlackMetrics } from './metrics.ts'
import type { Source } from './source.ts'

/** What a person is told when a gesture failed; null when it needs no word. The log says the rest. */
export function explain(error: unknown, source: Source, { log, metrics }: Tools): string | null {
  const gesture = { cause: source.cause, user: source.user, channel: source.channel }
  const failure = failureOf(error)
  metrics.gesture(source.kind, failure.kind)
  switch (failure.kind) {
    case 'duplicate':
      // The first delivery was answered.
      log.info(gesture, 'Slack delivered a gesture twice; it acted once')
      return null
    case 'away':
      log.warn({ ...gesture, err: error }, 'a gesture was not recorded: the database is away')
      break
    case 'failed':
      log.error({ ...gesture, err: error, correlation: failure.correlation }, 'a gesture failed')
  }
  return failed(failure)
}

interface Tools {
  log: Log
  metrics: SlackMetrics
}
