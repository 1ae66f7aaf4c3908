import { displayUrl } from './connection.ts'
import { StorageError } from './error.ts'

/** The environment variable an address came from, for messages. */
export type UrlVariable = 'DATABASE_URL' | 'DATABASE_MIGRATE_URL'

/**
 * What Postgres (or pg) said when it let this address in or didn't, as an error that says what would mend it. Anything
 * else is returned as it is.
 */
export function explainRefusal(error: unknown, url: string, variable: UrlVariable): unknown {
  if (!(error instanceof Error)) return error
  const mend = MENDS[(error as { code?: string }).code ?? '']
  if (!mend) return error
  const reason = `${variable} (${displayUrl(url)}): ${error.message}. ${mend(roleAndDatabase(url))}`
  return new StorageError('refused', reason, { cause: error })
}

type Mend = (at: { role: string; database: string }) => string

const MENDS: Record<string, Mend> = {
  ERR_INVALID_URL: () => 'It must look like postgres://role:password@host:5432/database',
  '28P01': ({ role }) => `Check the password of ${role}; special characters in it must be percent-encoded`,
  '28000': ({ role }) => `Check that ${role} exists, has LOGIN, and that pg_hba.conf and sslmode let it in from here`,
  '3D000': ({ role, database }) => `Create it: CREATE DATABASE ${database} OWNER ${role}`,
  '42501': ({ role, database }) =>
    `The role that owns the database may grant what is missing: GRANT CONNECT, CREATE ON DATABASE ${database} TO ${role}; ` +
    `GRANT USAGE, CREATE ON SCHEMA public TO ${role}. A table of another owner needs ALTER TABLE … OWNER TO ${role}`,
}

function roleAndDatabase(url: string) {
  const { username, pathname } = URL.canParse(url) ? new URL(url) : { username: '', pathname: '' }
  return { role: decodeURIComponent(username) || 'the role', database: decodeURIComponent(pathname.slice(1)) || 'it' }
}
