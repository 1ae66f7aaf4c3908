/** Postgres's own codes for "not now"; the class 08 (connection exceptions) is matched as a whole. */
const AWAY_STATES = new Set([
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now: starting up, shutting down, in recovery
  '57P05', // idle_session_timeout
  '25P03', // idle_in_transaction_session_timeout: it closes the connection
  '53300', // too_many_connections
  '25006', // read_only_sql_transaction: after a failover the old primary is a standby
])

const AWAY_ERRNOS = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT'],
  ...['EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ENETDOWN', 'ENOTFOUND', 'EAI_AGAIN'],
])

/** What pg, pg-pool and Kysely say in words only, without a code. */
const AWAY_WORDS =
  /^(Connection terminated|timeout expired|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed and is not queryable|Postgres connection has been discarded)/

/**
 * Whether this error of the database's means that it can't be reached or is not taking work at the moment: nothing is
 * wrong with the query, trying again later is right. Whether a commit that failed so took effect is unknown.
 *
 * Causes are not looked into: somebody else's connection may be at the bottom of them.
 */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code, syscall } = error as { code?: unknown; syscall?: unknown }
  if (typeof code !== 'string') return AWAY_WORDS.test(error.message)
  const noSocketFile = code === 'ENOENT' && syscall === 'connect'
  return AWAY_STATES.has(code) || /^08...$/.test(code) || AWAY_ERRNOS.has(code) || noSocketFile
}

/** Whether Postgres refused a row because of a unique constraint (23505), and of this one if it is named. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (!(error instanceof Error)) return false
  const refused = error as Error & { code?: unknown; constraint?: unknown }
  return refused.code === '23505' && (constraint === undefined || refused.constraint === constraint)
}
