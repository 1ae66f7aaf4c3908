import { type Kysely, sql } from 'kysely'
import { parseIncidentName } from '../incidents/incident.ts'
import { ownerOf } from '../incidents/rooms/store.ts'
import type { Schema } from '../storage/schema.ts'

/**
 * The incident that a message of ours belongs to, by any of these message timestamps: the thread's root, or the card
 * itself; else the one whose own channel it is. null when none is ours, or it belongs to no incident.
 */
export async function incidentAt(db: Kysely<Schema>, channel: string, timestamps: string[]): Promise<number | null> {
  if (timestamps.length === 0) return await ownerOf(db, channel)
  const rows = await db
    .selectFrom('slack_messages')
    .select('chain')
    .where('channel', '=', channel)
    .where('ts', 'in', timestamps)
    .execute()
  return rows.map(({ chain }) => parseIncidentName(chain)).find((id) => id !== null) ?? (await ownerOf(db, channel))
}

export interface PostedMessage {
  subject: string
  slot: string
  channel: string
  ts: string
  /** The root message's, for a reply. */
  thread: string | null
}

const selectPosted = (db: Kysely<Schema>) =>
  db
    .selectFrom('slack_messages as m')
    .leftJoin('slack_messages as root', (j) => j.onRef('root.subject', '=', 'm.thread_of').on('root.slot', '=', 'card'))
    .select(['m.subject', 'm.slot', 'm.channel', 'm.ts', 'root.ts as thread'])
    .where('m.ts', 'is not', null)

/** The messages of a chain that are in Slack now. */
export async function postedMessages(db: Kysely<Schema>, chain: string): Promise<PostedMessage[]> {
  const rows = await selectPosted(db).where('m.chain', '=', chain).execute()
  return rows.map((row) => ({ ...row, ts: row.ts as string }))
}

/** The cards of these subjects that are in Slack now. */
export async function postedCards(db: Kysely<Schema>, subjects: string[]): Promise<PostedMessage[]> {
  if (subjects.length === 0) return []
  const rows = await selectPosted(db).where('m.slot', '=', 'card').where('m.subject', 'in', subjects).execute()
  return rows.map((row) => ({ ...row, ts: row.ts as string }))
}

/** The roots of open incidents, and those under which something was shown since then; the latest first. */
export async function liveRoots(
  db: Kysely<Schema>,
  since: Date,
  limit: number,
): Promise<{ channel: string; ts: string }[]> {
  const rows = await db
    .selectFrom('slack_messages as m')
    .leftJoin('incidents as i', (j) => j.on(sql`'INC-' || i.id`, '=', sql.ref('m.subject')))
    .select(['m.channel', 'm.ts'])
    .where('m.slot', '=', 'card')
    .where('m.thread_of', 'is', null)
    .where('m.ts', 'is not', null)
    .where((eb) =>
      eb.or([
        eb('i.status', 'not in', ['resolved', 'closed', 'cancelled']),
        eb('m.posted_at', '>=', since),
        eb(
          'm.subject',
          'in',
          eb
            .selectFrom('slack_messages')
            .select('thread_of')
            .where('posted_at', '>=', since)
            .where('thread_of', 'is not', null)
            .$castTo<{ thread_of: string }>(),
        ),
      ]),
    )
    .orderBy('m.posted_at', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ ...row, ts: row.ts as string }))
}

export async function knownChains(db: Kysely<Schema>): Promise<Set<string>> {
  const rows = await db.selectFrom('chains').select('chain').execute()
  return new Set(rows.map(({ chain }) => chain))
}

/** Those of these channels in which no incident is, as far as is on record; in their order. */
export async function unknownRooms(db: Kysely<Schema>, channels: string[]): Promise<string[]> {
  if (channels.length === 0) return []
  const rows = await db.selectFrom('incidents').select('channel').distinct().where('channel', 'in', channels).execute()
  return channels.filter((id) => !rows.some(({ channel }) => channel === id))
}
