import { isDatabaseAway } from '../storage/away.ts'
import { DuplicateCause } from './ledger.ts'

/** What an error means for the gesture that met it. */
export type Failure =
  /** It is on record already. */
  | { kind: 'duplicate' }
  /** The database is away. `maybeCommitted`: all of it is recorded, or nothing; else nothing is. */
  | { kind: 'away'; maybeCommitted: boolean }
  /** A fault of ours: the log has it. */
  | { kind: 'failed' }

export function failureOf(error: unknown): Failure {
  if (error instanceof DuplicateCause) return { kind: 'duplicate' }
  if (isDatabaseAway(error)) {
    return { kind: 'away', maybeCommitted: (error as { maybeCommitted?: boolean }).maybeCommitted === true }
  }
  return { kind: 'failed' }
}
