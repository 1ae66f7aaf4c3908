import { AsyncLocalStorage } from 'node:async_hooks'

/** What is being done, and because of what: each line that the log gets meanwhile says so. */
export interface Reasons {
  /** The gesture: `command:<trigger_id>`. The ledger has it on the first entry that the gesture recorded. */
  cause?: string
  /** What a worker has in its hands: `OP-12`. */
  change?: string
  /** What is being shown in Slack: `INC-7`, and of it `OP-12` or `INC-7#3`. */
  chain?: string
  subject?: string
}

const standing = new AsyncLocalStorage<Reasons>()

/**
 * All that `work` leads to is done because of this, and of nothing that stood before, so that nobody has to hand it on. Each
 * line looks at `reasons` anew: a cause may be put there as soon as it is known. What is only begun meanwhile and goes on for
 * others (a loop that was woken) is bound to where it was made: `AsyncLocalStorage.bind`.
 */
export const because = <T>(reasons: Reasons, work: () => T): T => standing.run(reasons, work)

/** What stands now, as a value of one's own. */
export const reasons = (): Reasons => ({ ...standing.getStore() })
