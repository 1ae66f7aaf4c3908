import { type Kysely, sql, type Transaction } from 'kysely'
import type { Schema } from '../../storage/schema.ts'
import { type Incident, incidentName } from '../incident.ts'

/** Asked into an incident's own channel, in it, or no more. */
export type Membership = 'invited' | 'inside' | 'left'

/** Null: they never had to do with it. */
export async function readMembership(db: Kysely<Schema>, incident: number, person: string): Promise<Membership | null> {
  const row = await db
    .selectFrom('room_members')
    .select('state')
    .where('incident', '=', incident)
    .where('person', '=', person)
    .executeTakeFirst()
  return row ? (row.state as Membership) : null
}

export async function putMembership(trx: Transaction<Schema>, incident: number, person: string, state: Membership) {
  await trx
    .insertInto('room_members')
    .values({ incident, person, state })
    .onConflict((c) => c.columns(['incident', 'person']).doUpdateSet({ state }))
    .execute()
}

/** Those of these people who may know of a private incident, in their order. */
export async function knowing(db: Kysely<Schema>, incident: number, people: string[]): Promise<string[]> {
  const rows = await db
    .selectFrom('room_members')
    .select('person')
    .where('incident', '=', incident)
    .where(sql<boolean>`person = any(${people})`)
    .where('state', '<>', 'left')
    .execute()
  return people.filter((id) => rows.some(({ person }) => person === id))
}

/** Whether somebody may be told of an incident by themselves: of a private one only while they may know of it. */
export async function mayBeTold(
  db: Kysely<Schema>,
  { id, visibility }: Pick<Incident, 'id' | 'visibility'>,
  person: string,
): Promise<boolean> {
  return visibility === 'public' || (await knowing(db, id, [person])).length > 0
}

/** Who is in it, as far as is on record; who was asked in, too, once no invitation is on its way any more. */
export async function insiders(db: Kysely<Schema>, incident: number): Promise<string[]> {
  const onItsWay = sql<boolean>`exists (select from timeline t join chains c using (chain)
    where t.chain = ${incidentName(incident)} and t.type = 'room.invited' and t.seq > c.projected)`
  const rows = await db
    .selectFrom('room_members')
    .select('person')
    .where('incident', '=', incident)
    .where(({ eb, and, or, not }) =>
      or([eb('state', '=', 'inside'), and([eb('state', '=', 'invited'), not(onItsWay)])]),
    )
    .execute()
  return rows.map(({ person }) => person)
}

/** The incident whose own channel this is. */
export async function ownerOf(db: Kysely<Schema>, channel: string): Promise<number | null> {
  const row = await db
    .selectFrom('incidents')
    .select('id')
    .where('channel', '=', channel)
    .where('own_room', '=', true)
    .executeTakeFirst()
  return row?.id ?? null
}
