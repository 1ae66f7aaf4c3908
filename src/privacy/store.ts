import { type Kysely, sql } from 'kysely'
import type { Schema } from '../storage/schema.ts'

/**
 * Entries of these types that are older than so many ms and still say something, chain by chain: of incidents that are
 * over, and of what belongs to none. At most `limit` of a chain, the oldest first.
 */
export async function expiredEntries(
  db: Kysely<Schema>,
  types: string[],
  { olderThanMs, limit }: { olderThanMs: number; limit: number },
): Promise<{ chain: string; entries: number[] }[]> {
  const rows = await db
    .selectFrom('timeline as t')
    .innerJoin('payloads as p', (j) => j.onRef('p.chain', '=', 't.chain').onRef('p.seq', '=', 't.seq'))
    .leftJoin('incidents as i', (j) => j.on('t.chain', '=', sql<string>`'INC-' || i.id`))
    .select(['t.chain', sql<number[]>`(array_agg(t.seq order by t.seq))[:${sql.lit(limit)}]::float8[]`.as('entries')])
    .where('t.type', 'in', types)
    .where('t.recorded_at', '<', sql<Date>`clock_timestamp() - ${olderThanMs} * interval '1 millisecond'`)
    .where(({ or, eb }) => or([eb('i.id', 'is', null), eb('i.status', 'in', ['resolved', 'closed', 'cancelled'])]))
    .groupBy('t.chain')
    .orderBy('t.chain')
    .limit(100)
    .execute()
  return rows
}
