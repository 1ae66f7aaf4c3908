import { type Expression, type Kysely, sql } from 'kysely'
import { parseIncidentName } from '../../incidents/incident.ts'
import type { Schema } from '../../storage/schema.ts'

type Db = Kysely<Schema>

interface Place {
  channel: string
  ts: string
  /** The thread's root; null outside of threads. */
  thread: string | null
}

/**
 * The incident that a message belongs to: it is on record there, its thread hangs on a message of ours, it is one of ours,
 * or it was written in the incident's own channel. One look-up, all of it by indexes: most messages belong to none.
 *
 * @returns `author`: the person id that is on record for it
 */
export async function incidentOf(
  db: Db,
  { channel, ts, thread }: Place,
): Promise<{ incident: number; author: string | null } | null> {
  const row = await db
    .selectNoFrom((eb) => {
      const recorded = eb.selectFrom('messages').where('channel', '=', channel).where('ts', '=', ts)
      return [
        recorded.select('incident').as('recorded'),
        recorded.select('author').as('author'),
        eb
          .selectFrom('slack_messages')
          .select('chain')
          .where('channel', '=', channel)
          .where('ts', 'in', [ts, thread ?? ts])
          .where('chain', 'like', 'INC-%')
          .limit(1)
          .as('chain'),
        ownerOf(eb.val(channel)).as('owner'),
      ]
    })
    .executeTakeFirstOrThrow()
  const { recorded, author, chain, owner } = row
  const incident = recorded ?? (chain === null ? owner : parseIncidentName(chain))
  return incident === null ? null : { incident, author }
}

/** The incident whose own channel this is. */
const ownerOf = (channel: Expression<unknown>) =>
  sql<number | null>`(select id from incidents where channel = ${channel} and own_room)`

/** Whether a message in this channel may belong to an incident that is not over for good. */
export async function holdsIncidents(db: Db, channel: string): Promise<boolean> {
  const row = await db
    .selectFrom('incidents')
    .select('id')
    .where('channel', '=', channel)
    .where('status', 'not in', ['closed', 'cancelled'])
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Where an incident's conversation is. */
export interface Room {
  incident: number
  channel: string
  /** The root message's. */
  ts: string
  /** The last message of people's that is on record. */
  last: string | null
  /** All of the channel belongs to the incident. */
  own: boolean
}

/** Of incidents that are not over for good: open ones first, the newest first. */
export async function liveRooms(db: Db, limit: number): Promise<Room[]> {
  const rows = await db
    .selectFrom('incidents as i')
    .innerJoin('slack_messages as m', (j) =>
      j.on(sql`'INC-' || i.id`, '=', sql.ref('m.subject')).on('m.slot', '=', 'card'),
    )
    .select(['i.id as incident', 'm.channel', 'm.ts', 'i.own_room as own'])
    .select((eb) =>
      eb
        .selectFrom('messages')
        .select(({ fn }) => fn.max('ts').as('last'))
        .whereRef('incident', '=', 'i.id')
        .as('last'),
    )
    .where('m.ts', 'is not', null)
    .where('i.status', 'not in', ['closed', 'cancelled'])
    .orderBy(sql`i.status = 'resolved'`)
    .orderBy('i.id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ ...row, ts: row.ts as string }))
}

/** The channels of private incidents that are over for good and of which somebody may know; the newest first. */
export async function quietRooms(db: Db, limit: number): Promise<{ incident: number; channel: string }[]> {
  return await db
    .selectFrom('incidents as i')
    .select(['i.id as incident', 'i.channel'])
    .where('i.visibility', '=', 'private')
    .where('i.channel', 'is not', null)
    .$narrowType<{ channel: string }>()
    .where('i.status', 'in', ['closed', 'cancelled'])
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('room_members as m')
          .select('m.person')
          .whereRef('m.incident', '=', 'i.id')
          .where('m.state', '<>', 'left'),
      ),
    )
    .orderBy('i.id', 'desc')
    .limit(limit)
    .execute()
}

/** Those of these messages of a channel that are on record. */
export async function recordedAmong(db: Db, channel: string, names: string[]): Promise<Set<string>> {
  if (names.length === 0) return new Set()
  const rows = await db
    .selectFrom('messages')
    .select('ts')
    .where('channel', '=', channel)
    .where(sql<boolean>`ts = any(${names}::text[])`)
    .execute()
  return new Set(rows.map(({ ts }) => ts))
}
