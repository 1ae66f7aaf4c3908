import type { Kysely } from 'kysely'
import type { Schema } from '../../storage/schema.ts'

/** The chains that a sink doesn't have to their end, and how many entries it lacks of each. */
export async function chainsBehindSink(db: Kysely<Schema>, sink: string): Promise<{ chain: string; behind: number }[]> {
  return await db
    .selectFrom('chains as c')
    .leftJoin('sink_cursors as s', (j) => j.onRef('s.chain', '=', 'c.chain').on('s.sink', '=', sink))
    .select(({ eb, fn, val }) => ['c.chain', eb('c.seq', '-', fn.coalesce('s.seq', val(0))).as('behind')])
    .where(({ eb, fn, val }) => eb('c.seq', '>', fn.coalesce('s.seq', val(0))))
    .orderBy('c.chain')
    .execute()
}

/** How much of a chain a sink has. */
export async function readCursor(db: Kysely<Schema>, sink: string, chain: string): Promise<number> {
  const row = await db
    .selectFrom('sink_cursors')
    .select('seq')
    .where('sink', '=', sink)
    .where('chain', '=', chain)
    .executeTakeFirst()
  return row?.seq ?? 0
}

/** The sink has everything up to `seq`. Never goes back. */
export async function markSent(db: Kysely<Schema>, sink: string, chain: string, seq: number) {
  await db
    .insertInto('sink_cursors')
    .values({ sink, chain, seq })
    .onConflict((c) => c.columns(['sink', 'chain']).doUpdateSet({ seq }).where('sink_cursors.seq', '<', seq))
    .execute()
}
