import type { Kysely, Selectable, Transaction } from 'kysely'
import type { Schema } from '../../storage/schema.ts'
import type { Handoff } from '../handoff.ts'
import type { IncidentRole } from '../roles.ts'

const fromRow = (row: Selectable<Schema['handoffs']>): Handoff => ({
  id: row.id,
  incident: row.incident,
  role: row.role as IncidentRole,
  from: row.from_person,
  to: row.to_person,
  offeredBy: row.offered_by,
  offeredAt: row.offered_at,
  state: row.state as Handoff['state'],
  settledAt: row.settled_at,
})

export async function readHandoff(db: Kysely<Schema>, id: number): Promise<Handoff | null> {
  const row = await db.selectFrom('handoffs').selectAll().where('id', '=', id).executeTakeFirst()
  return row ? fromRow(row) : null
}

/** The one that waits for its answer. */
export async function offeredHandoff(db: Kysely<Schema>, incident: number, role: string): Promise<Handoff | null> {
  const row = await db
    .selectFrom('handoffs')
    .selectAll()
    .where('incident', '=', incident)
    .where('role', '=', role)
    .where('state', '=', 'offered')
    .executeTakeFirst()
  return row ? fromRow(row) : null
}

/** Those that wait for the answer of whoever has one of these person ids, oldest first. */
export async function handoffsTo(db: Kysely<Schema>, ids: string[]): Promise<Handoff[]> {
  const rows = await db
    .selectFrom('handoffs')
    .selectAll()
    .where('to_person', 'in', ids)
    .where('state', '=', 'offered')
    .orderBy('id')
    .execute()
  return rows.map(fromRow)
}

export async function insertHandoff(
  trx: Transaction<Schema>,
  { incident, role, from, to, offeredBy, offeredAt }: Omit<Handoff, 'id' | 'state' | 'settledAt'>,
): Promise<number> {
  const row = await trx
    .insertInto('handoffs')
    .values({ incident, role, from_person: from, to_person: to, offered_by: offeredBy, offered_at: offeredAt })
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id
}

export async function settleHandoff(trx: Transaction<Schema>, id: number, state: Handoff['state'], at: Date) {
  await trx.updateTable('handoffs').set({ state, settled_at: at }).where('id', '=', id).execute()
}
