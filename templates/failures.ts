import type { Failure } from '../src/timeline/failures.ts'

/**
 * What a person is told whose gesture failed, in Slack and at a terminal. `cause` is what the log has it under, from the
 * payload to what was asked of a cluster.
 */
export function failed(failure: Exclude<Failure, { kind: 'duplicate' }>, cause: string): string {
  if (failure.kind === 'failed') {
    return `Something went wrong in Firebreak, and what you asked for may not have been done. Look at the thread before you try again. Whoever runs Firebreak finds the reason in its log under \`${cause}\`.`
  }
  return failure.maybeCommitted
    ? 'The database went away in the middle of it: this was either recorded as a whole or not at all. Look at the thread, or at the list of incidents, before you try again.'
    : "Not recorded: the database can't be reached. Nothing was done. Try again."
}
