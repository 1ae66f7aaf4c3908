import { type Kysely, sql } from 'kysely'
import type { Schema } from '../../storage/schema.ts'
import { NUMBERED, type Values } from '../format.ts'

/** The tables, of those there are, that have a row. */
export async function tablesWithRows(db: Kysely<Schema>): Promise<string[]> {
  const found: string[] = []
  for (const table of NUMBERED) {
    const { rows: there } = await sql`select 1 where to_regclass(${table}) is not null`.execute(db)
    if (there.length === 0) continue
    const { rows } = await sql`select 1 from ${sql.table(table)} limit 1`.execute(db)
    if (rows.length > 0) found.push(table)
  }
  return found
}

export async function ranMigrations(db: Kysely<Schema>): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)
  return rows.map(({ name }) => name)
}

/** Lets nobody else write: whoever tries waits for the end of the transaction. */
export async function lockEverything(db: Kysely<Schema>) {
  await sql`lock table ${sql.join(NUMBERED.map((table) => sql.table(table)))} in exclusive mode`.execute(db)
}

/** A table's columns as they are here, by name, with the type to read them as. */
export async function columnTypes(db: Kysely<Schema>, table: string): Promise<Map<string, string>> {
  const { rows } = await sql<{ name: string; type: string }>`
    select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
    where attrelid = to_regclass(${table}) and attnum > 0 and not attisdropped`.execute(db)
  return new Map(rows.map(({ name, type }) => [name, type]))
}

/** Inserts rows of one table, numbers included. `types`: by column, from `columnTypes`. */
export async function insertRows(
  db: Kysely<Schema>,
  { table, columns, types }: { table: string; columns: string[]; types: Map<string, string> },
  rows: Values[],
) {
  const names = sql.join(columns.map((name) => sql.id(name)))
  const values = sql.join(columns.map((name) => sql`${sql.id(name)}::${sql.raw(types.get(name) as string)}`))
  const arrays = sql.join(columns.map((_, i) => sql`${rows.map((row) => row[i])}::text[]`))
  await sql`
    insert into ${sql.table(table)} (${names}) overriding system value
    select ${values} from unnest(${arrays}) as r (${names})`.execute(db)
}

export async function countRows(db: Kysely<Schema>, table: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*)::float8 as n from ${sql.table(table)}`.execute(db)
  return rows[0]?.n ?? 0
}

/**
 * What was given out since the backup is in Slack and in people's heads, and may be said again before it was compared
 * with the ledger: `OP-12` means one change for ever.
 */
const GAP = 1_000

/** The next number of each table comes well after the last one that was given and after the largest that is there. */
export async function continueNumbers(db: Kysely<Schema>, numbers: Record<string, number>) {
  const { rows } = await sql<{ name: string; column: string; sequence: string }>`
    select attrelid::regclass::text as name, attname as column,
           pg_get_serial_sequence(attrelid::regclass::text, attname) as sequence
    from pg_attribute
    where attidentity <> '' and attrelid in (select to_regclass(name) from unnest(${NUMBERED}::text[]) as name)`.execute(
    db,
  )
  for (const { name, column, sequence } of rows) {
    const last = numbers[name] ?? 0
    await sql`
      select setval(${sequence}::regclass, greatest(max(${sql.id(column)}), ${last}) + ${GAP}::int)
      from ${sql.table(name)} having greatest(max(${sql.id(column)}), ${last}) > 0`.execute(db)
  }
}
