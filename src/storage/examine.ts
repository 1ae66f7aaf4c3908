import type pg from 'pg'
import { breakWhenSilent, withClient } from './connection.ts'
import { explainRefusal, type UrlVariable } from './refusal.ts'

/** What can be seen of a database without changing anything. */
export interface Examined {
  /** Of the server: `18.4`. */
  version: string
  role: string
  /** The same for two addresses that lead to one database; null where the server doesn't tell. */
  identity: string | null
  /** The names of those that have run; null when there are no tables yet. */
  migrations: string[] | null
  /** The role could change or delete what the timeline holds, or let itself do so; null when there are no tables yet. */
  mayRewrite: boolean | null
}

const SILENCE_MS = 5_000

/** Rejects when it can't be reached, and with a `StorageError` when it refuses this address. */
export async function examineDatabase(url: string, variable: UrlVariable): Promise<Examined> {
  try {
    return await withClient(url, async (client) => {
      breakWhenSilent(client, SILENCE_MS)
      const [server] = await rows(client, `select current_setting('server_version') as version, current_user as role`)
      return {
        ...(server as { version: string; role: string }),
        identity: await identityOf(client),
        ...(await tablesOf(client)),
      }
    })
  } catch (error) {
    throw explainRefusal(error, url, variable)
  }
}

/** A managed server may keep its control data to itself. */
async function identityOf(client: pg.Client): Promise<string | null> {
  const asked = `select system_identifier || '/' || current_database() as identity from pg_control_system()`
  const [row] = await rows(client, asked).catch(() => [])
  return (row?.identity as string | undefined) ?? null
}

async function tablesOf(client: pg.Client): Promise<Pick<Examined, 'migrations' | 'mayRewrite'>> {
  const [there] = await rows(
    client,
    `select bool_or(has_table_privilege(oid, 'update, delete, truncate') or has_any_column_privilege(oid, 'update')
       or pg_has_role(relowner, 'member')) as "mayRewrite"
     from pg_class where oid in (to_regclass('timeline'), to_regclass('payloads'))`,
  )
  const [known] = await rows(client, `select to_regclass('kysely_migration') is not null as known`)
  if (!known?.known) return { migrations: null, mayRewrite: null }
  const ran = await rows(client, 'select name from kysely_migration order by name')
  return { migrations: ran.map(({ name }) => name as string), mayRewrite: there?.mayRewrite as boolean | null }
}

const rows = async (client: pg.Client, sql: string): Promise<Record<string, unknown>[]> =>
  (await client.query(sql)).rows
