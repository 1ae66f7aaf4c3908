import { type Kysely, sql, type Transaction } from 'kysely'
import type { Schema } from '../../storage/schema.ts'

/** The objects of a change's plan, by their names (`objectsOf`). */
export async function insertObjects(trx: Transaction<Schema>, change: number, objects: string[]) {
  const rows = [...new Set(objects)].map((object) => ({ object, change }))
  await trx.insertInto('change_objects').values(rows).execute()
}

/** Takes these objects for a change until it gives them back; returns who has one of them, and takes none then. */
export async function takeLocks(
  trx: Transaction<Schema>,
  change: number,
  objects: string[],
  now: Date,
): Promise<number | null> {
  // In one order everywhere: two who want the same two wait for each other never.
  const rows = [...new Set(objects)].sort().map((object) => ({ object, change, taken_at: now }))
  const taken = await trx
    .insertInto('object_locks')
    .values(rows)
    .onConflict((c) => c.doNothing())
    .returning('object')
    .execute()
  if (taken.length === rows.length) return null
  await releaseLocks(trx, change)
  const holder = await trx
    .selectFrom('object_locks')
    .select('change')
    .where('object', 'in', objects)
    .orderBy('change')
    .executeTakeFirst()
  // Given back since: whoever asks next gets it.
  return holder?.change ?? change
}

export async function releaseLocks(trx: Transaction<Schema>, change: number) {
  await trx.deleteFrom('object_locks').where('change', '=', change).execute()
}

/** Null for the changes of another private incident than this one: what they ask for is for those who may know of it. */
const lineFor = (incident: number | null) =>
  sql<
    string | null
  >`case when i.visibility = 'private' and i.id is distinct from ${incident}::integer then null else c.line end`.as(
    'line',
  )

/** Changes of these objects that ended within so many minutes and had an effect, the latest first. */
export async function changedSince(db: Kysely<Schema>, objects: string[], incident: number | null, minutes: number) {
  const latest = db
    .selectFrom('change_objects')
    .select('change')
    .distinct()
    .where('object', 'in', objects)
    .orderBy('change', 'desc')
    .limit(10)
  return await db
    .selectFrom('changes as c')
    .leftJoin('incidents as i', 'i.id', 'c.incident')
    .select(['c.id', lineFor(incident)])
    .select(sql<number>`floor(extract(epoch from now() - c.finished_at) / 60)::int`.as('minutes'))
    .where('c.id', 'in', latest)
    .where('c.finished_at', '>', sql<Date>`now() - ${minutes} * interval '1 minute'`)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('run_steps as s')
          .select('s.step')
          .whereRef('s.change', '=', 'c.id')
          .where('outcome', '=', 'applied'),
      ),
    )
    .orderBy('c.id', 'desc')
    .limit(3)
    .execute()
}

/** Changes of these objects that are being applied or watched, or of which nobody knows whether they were. */
export async function changesUnderWay(db: Kysely<Schema>, objects: string[], incident: number | null) {
  return await db
    .selectFrom('change_objects as o')
    .innerJoin('changes as c', 'c.id', 'o.change')
    .leftJoin('incidents as i', 'i.id', 'c.incident')
    .select(['c.id', lineFor(incident), 'c.state'])
    .distinct()
    .where('o.object', 'in', objects)
    .where('c.state', 'in', ['approved', 'claimed', 'intended', 'applied', 'unknown'])
    .orderBy('c.id')
    .execute()
}
