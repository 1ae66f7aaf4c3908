import { type Kysely, type Selectable, sql, type Transaction } from 'kysely'
import type { State } from '../operations/states.ts'
import type { Schema } from '../storage/schema.ts'
import type { Compared, Sighting } from './lost.ts'
import type { Recovery } from './standing.ts'

type Db = Kysely<Schema>
type Trx = Transaction<Schema>

const fromRow = (row: Selectable<Schema['recoveries']>): Recovery => ({
  id: row.id,
  beganAt: row.began_at,
  reason: row.reason,
  lost: row.lost,
  endedBy: row.ended_by,
  endedAt: row.ended_at,
})

/** The recovery that stands; null when none does. */
export async function standingRecovery(db: Db): Promise<Recovery | null> {
  const row = await db.selectFrom('recoveries').selectAll().where('ended_at', 'is', null).executeTakeFirst()
  return row ? fromRow(row) : null
}

export async function readRecovery(db: Db, id: number): Promise<Recovery | null> {
  const row = await db.selectFrom('recoveries').selectAll().where('id', '=', id).executeTakeFirst()
  return row ? fromRow(row) : null
}

/** When the last recovery began; null when there was none. */
export async function lastBegan(db: Db): Promise<Date | null> {
  const row = await db
    .selectFrom('recoveries')
    .select((eb) => eb.fn.max('began_at').as('at'))
    .executeTakeFirst()
  return row?.at ?? null
}

/** Which server answers, by when it was started (after a failover it is another one), and the recovery that stands on it. */
export async function readServer(db: Db): Promise<{ server: string; standing: Recovery | null }> {
  const { rows } = await sql<Selectable<Schema['recoveries']> & { server: string; id: number | null }>`
    select extract(epoch from pg_postmaster_start_time())::text as server, r.*
    from (select) as always left join recoveries r on r.ended_at is null`.execute(db)
  const [row] = rows
  return { server: row?.server ?? '', standing: row?.id ? fromRow(row) : null }
}

export async function insertRecovery(trx: Trx, recovery: Pick<Recovery, 'beganAt' | 'reason' | 'lost'>) {
  const { beganAt, reason, lost } = recovery
  const row = await trx
    .insertInto('recoveries')
    .values({ began_at: beganAt, reason, lost })
    .returning('id')
    .executeTakeFirstOrThrow()
  await distrustCards(trx)
  return row.id
}

/** A backup taken in a recovery brings that one with it: it begins anew, since more may be lost now. */
export async function standAfterRestore(trx: Trx, reason: string, beganAt: Date): Promise<number> {
  const standing = await standingRecovery(trx)
  if (!standing) return await insertRecovery(trx, { beganAt, reason, lost: null })
  await standAnew(trx, standing.id, {
    ...{ beganAt, lost: null },
    reason: `${reason}, taken in a recovery (${standing.reason})`,
  })
  return standing.id
}

/** A recovery that stands counts from another time on: what was asked for until then needs a new approval, too. */
export async function standAnew(
  trx: Trx,
  id: number,
  { beganAt, ...told }: { beganAt: Date; lost: string | null; reason?: string },
) {
  await trx
    .updateTable('recoveries')
    .set({ began_at: beganAt, ...told })
    .where('id', '=', id)
    .execute()
  await distrustCards(trx)
}

/**
 * Slack may show what came later. A card that is there is edited, whatever it says; and what isn't there, or may be, is
 * looked for before it is posted: it may have been, in the time that is lost, and a card's text may be another since.
 */
async function distrustCards(trx: Trx) {
  const untold = ['absent', 'posting', 'unknown']
  await trx
    .updateTable('slack_messages')
    .set({ hash: '' })
    .where('slot', '=', 'card')
    .where('state', 'in', ['posted', ...untold])
    .execute()
  await trx
    .updateTable('slack_messages')
    .set({ state: 'unknown', posting_since: sql`coalesce(posting_since, posted_at, now())` })
    .where('slot', '<>', 'file') // of a file Slack tells by its id
    .where('state', 'in', untold)
    .execute()
}

export async function updateLost(trx: Trx, id: number, lost: string) {
  await trx.updateTable('recoveries').set({ lost }).where('id', '=', id).execute()
}

export async function updateEnded(trx: Trx, id: number, by: string, at: Date) {
  await trx.updateTable('recoveries').set({ ended_by: by, ended_at: at }).where('id', '=', id).execute()
}

/** What the ledger has where something was seen. */
export async function compareWithLedger(db: Db, sightings: Sighting[]): Promise<Compared[]> {
  if (sightings.length === 0) return []
  const { rows } = await sql<{ i: number; kept: number | null; hash: string | null }>`
    select (s.i - 1)::int as i, c.seq as kept, encode(t.hash, 'hex') as hash
    from unnest(${sightings.map(({ chain }) => chain)}::text[], ${sightings.map(({ seq }) => seq)}::bigint[])
      with ordinality as s (chain, seq, i)
    left join chains c on c.chain = s.chain
    left join timeline t on t.chain = s.chain and t.seq = s.seq`.execute(db)
  return rows.map(({ i, kept, hash }) => ({ ...(sightings[i] as Sighting), kept, hash }))
}

/** Whether nobody has opened or asked for anything yet. */
export async function isNew(db: Db): Promise<boolean> {
  const { rows } = await sql`select 1 where exists (select from incidents) or exists (select from changes)`.execute(db)
  return rows.length === 0
}

/** Gives out no number up to these again. Numbers are only ever skipped: two processes may do it at once. */
export async function skipNumbers(db: Db, upTo: Record<'incidents' | 'changes' | 'freezes' | 'recoveries', number>) {
  for (const [table, last] of Object.entries(upTo)) {
    const sequence = sql`${`${table}_id_seq`}::regclass`
    await sql`
      select count(nextval(${sequence})) from generate_series(coalesce(pg_sequence_last_value(${sequence}), 0) + 1, ${last}::bigint)`.execute(
      db,
    )
  }
}

/** Changes that were asked for before `began` and that something would still be done about. */
export async function pendingBefore(db: Db, began: Date): Promise<{ id: number; state: State }[]> {
  const rows = await db
    .selectFrom('changes')
    .select(['id', 'state'])
    .where('state', 'in', ['planned', 'approved', 'claimed', 'intended'])
    .where('requested_at', '<=', began)
    .orderBy('id')
    .execute()
  return rows as { id: number; state: State }[]
}
