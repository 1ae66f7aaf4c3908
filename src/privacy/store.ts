import { type Kysely, sql } from 'kysely'
import type { Schema } from '../storage/schema.ts'

/** Types of entries, and the age in ms from which on they are expired: in incidents that are over, and in none. */
export interface Expired {
  types: string[]
  olderThanMs: number
}

/** The chains that have expired entries which still say something. */
export async function expiredChains(db: Kysely<Schema>, expired: Expired): Promise<string[]> {
  const rows = await standing(db, expired).select('t.chain').distinct().orderBy('t.chain').execute()
  return rows.map(({ chain }) => chain)
}

/** The expired entries of a chain that still say something: those after an entry, the oldest first. */
export async function expiredEntries(
  db: Kysely<Schema>,
  expired: Expired,
  { chain, after, limit }: { chain: string; after: number; limit: number },
): Promise<number[]> {
  const rows = await standing(db, expired)
    .select('t.seq')
    .where('t.chain', '=', chain)
    .where('t.seq', '>', after)
    .orderBy('t.seq')
    .limit(limit)
    .execute()
  return rows.map(({ seq }) => seq)
}

const standing = (db: Kysely<Schema>, { types, olderThanMs }: Expired) =>
  db
    .selectFrom('timeline as t')
    .innerJoin('payloads as p', (j) => j.onRef('p.chain', '=', 't.chain').onRef('p.seq', '=', 't.seq'))
    .leftJoin('incidents as i', (j) => j.on('t.chain', '=', sql<string>`'INC-' || i.id`))
    .where('t.type', 'in', types)
    .where('t.recorded_at', '<', sql<Date>`clock_timestamp() - ${olderThanMs} * interval '1 millisecond'`)
    .where(({ or, eb }) => or([eb('i.id', 'is', null), eb('i.status', 'in', ['resolved', 'closed', 'cancelled'])]))
