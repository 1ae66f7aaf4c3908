import pg from 'pg'
import { CONNECT_MS } from '../../storage/connection.ts'
import type { Schema } from '../../storage/schema.ts'
import { FORMAT, type Header, NUMBERED, TABLES, type Values, VERSION } from '../format.ts'

/** How many rows are in memory at a time: a row may hold some hundred kB of logs. */
const AT_ONCE = 100

/** Values as Postgres writes them, bytes as hex, times in UTC: what it reads back is what it wrote. */
const asText = { getTypeParser: () => (value: string) => value } as unknown as pg.CustomTypesConfig
const SETTINGS = `set local timezone = 'UTC'; set local datestyle = 'ISO'; set local bytea_output = 'hex'`

/** One moment of the database. */
export interface Snapshot {
  header: Header
  /** The rows of the tables in their order, some at a time. */
  rows(): AsyncGenerator<{ table: keyof Schema; rows: Values[] }>
  /** Aborts when the connection is gone before it was closed. */
  lost: AbortSignal
  close(): Promise<void>
}

/** Opens a snapshot with the rights of the bot's role. A reader that stalls for a minute loses it. */
export async function openSnapshot(url: string): Promise<Snapshot> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'firebreak backup',
    connectionTimeoutMillis: CONNECT_MS,
    idle_in_transaction_session_timeout: 60_000,
  })
  // Without a listener a connection that is lost between two queries would end the process; the next query fails.
  client.on('error', () => {})
  const ended = new AbortController()
  let closed = false
  client.once('end', () => closed || ended.abort(new Error('the connection to the database was lost')))
  const close = async () => {
    closed = true
    await client.end().catch(() => {})
  }
  try {
    await client.connect()
    await client.query(`begin isolation level repeatable read read only; ${SETTINGS}`)
    const tables = await shapes(client)
    const columns = Object.fromEntries(tables.map(({ name, columns }) => [name, columns]))
    const header = { format: FORMAT, version: VERSION, ...(await facts(client)), tables: columns } as const
    return {
      header,
      lost: ended.signal,
      close,
      async *rows() {
        for (const { name, columns, key } of tables) yield* read(client, name, columns, key)
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function facts(client: pg.Client): Promise<Pick<Header, 'takenAt' | 'migrations' | 'chains' | 'numbers'>> {
  const { rows: names } = await client.query('select name from kysely_migration order by name')
  const { rows: chains } = await client.query(
    `select chain, seq::float8 as seq, encode(head, 'hex') as head from chains order by chain`,
  )
  const { rows: numbers } = await client.query(
    `select a.attrelid::regclass::text as name,
            pg_sequence_last_value(pg_get_serial_sequence(a.attrelid::regclass::text, a.attname)::regclass)::int as last
     from pg_attribute a
     where a.attidentity <> '' and a.attrelid in (select to_regclass(name) from unnest($1::text[]) as name)
     order by 1`,
    [NUMBERED],
  )
  const { rows: time } = await client.query('select now()::timestamptz(3) as now')
  return {
    takenAt: time[0].now.toISOString(),
    migrations: names.map(({ name }) => name),
    chains,
    numbers: Object.fromEntries(numbers.filter(({ last }) => last !== null).map(({ name, last }) => [name, last])),
  }
}

interface Shape {
  name: keyof Schema
  columns: string[]
  /** The columns of its primary key. */
  key: string[]
}

async function shapes(client: pg.Client): Promise<Shape[]> {
  const { rows } = await client.query(
    `select t.name, array_agg(a.attname::text order by a.attnum) as columns,
            array_agg(a.attname::text order by array_position(i.indkey::int2[], a.attnum))
              filter (where a.attnum = any (i.indkey::int2[])) as key
     from unnest($1::text[]) as t(name)
     join pg_attribute a on a.attrelid = to_regclass(t.name) and a.attnum > 0 and not a.attisdropped
     join pg_index i on i.indrelid = a.attrelid and i.indisprimary
     group by t.name`,
    [TABLES],
  )
  return TABLES.flatMap((table) => rows.filter(({ name }) => name === table))
}

async function* read(client: pg.Client, table: keyof Schema, columns: string[], key: string[]) {
  const list = (names: string[]) => names.map(pg.escapeIdentifier).join(', ')
  const query = `select ${list(columns)} from ${pg.escapeIdentifier(table)} order by ${list(key)}`
  await client.query(`declare backup no scroll cursor for ${query}`)
  for (;;) {
    const fetch = { text: `fetch ${AT_ONCE} from backup`, rowMode: 'array' as const, types: asText }
    const { rows } = await client.query<Values>(fetch)
    if (rows.length === 0) break
    yield { table, rows }
  }
  await client.query('close backup')
}
