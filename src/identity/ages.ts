// How long counts what Slack said.

/** Fresh enough to go by without asking. */
export const FRESH_MS = 15 * 60_000
/** Old enough to be useless, even when Slack can't be asked. */
export const USELESS_MS = 12 * 60 * 60_000
/** So soon after a failure nobody waits for the same question to fail again. */
export const AWAY_MS = 60_000
