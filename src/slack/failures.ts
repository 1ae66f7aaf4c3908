import { failed } from '../../templates/failures.ts'
import type { Log } from '../storage/log.ts'
import { failureOf } from '../timeline/failures.ts'
import type { SlackMetrics } from './metrics.ts'
import { endOf, type Source } from './source.ts'

/** What a person is told when a gesture failed; null when it needs no word. The log says the rest, under its cause. */
export function explain(error: unknown, source: Source, { log, metrics }: Tools): string | null {
  const failure = failureOf(error)
  const gesture = { ...endOf(source), outcome: failure.kind }
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
      log.error({ ...gesture, err: error }, 'a gesture failed')
  }
  return failed(failure, source.cause)
}

interface Tools {
  log: Log
  metrics: SlackMetrics
}
