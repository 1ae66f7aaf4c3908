import { type Kysely, type Selectable, sql, type Transaction } from 'kysely'
import type { Schema } from '../../storage/schema.ts'
import type { Mark } from '../../timeline/entries/conversation.ts'
import type { Status } from '../incident.ts'
import type { Place } from './message.ts'
import type { Task } from './tasks.ts'

type Db = Kysely<Schema>
type Trx = Transaction<Schema>

/** Null: there is no such incident. */
export async function readStatus(db: Db, incident: number): Promise<Status | null> {
  const row = await db.selectFrom('incidents').select('status').where('id', '=', incident).executeTakeFirst()
  return row ? (row.status as Status) : null
}

/** False when they take part already, and in an incident that is closed or cancelled. */
export async function insertParticipant(trx: Trx, incident: number, person: string, at: Date): Promise<boolean> {
  const row = await trx
    .insertInto('participants')
    .columns(['incident', 'person', 'joined_at'])
    .expression((eb) =>
      eb
        .selectFrom('incidents')
        .select(['id', sql<string>`${person}::text`.as('person'), sql<Date>`${at}::timestamptz`.as('at')])
        .where('id', '=', incident)
        .where('status', 'not in', ['closed', 'cancelled']),
    )
    .onConflict((c) => c.doNothing())
    .returning('person')
    .executeTakeFirst()
  return row !== undefined
}

/** What is on record of a message: see migrations/0003-desk.ts. */
export interface Recorded {
  author: string
  digest: string
  version: string
  deleted: boolean
}

export async function readMessage(db: Db, { channel, ts }: Place): Promise<Recorded | null> {
  const row = await db
    .selectFrom('messages')
    .select(['author', 'digest', 'version', 'deleted'])
    .where('channel', '=', channel)
    .where('ts', '=', ts)
    .executeTakeFirst()
  return row ?? null
}

/** False when it is on record already: of two who heard the same message this lets one record it. */
export async function insertMessage(
  trx: Trx,
  { channel, ts }: Place,
  row: { incident: number; author: string; digest: string; version: string },
): Promise<boolean> {
  const inserted = await trx
    .insertInto('messages')
    .values({ channel, ts, ...row })
    .onConflict((c) => c.doNothing())
    .returning('ts')
    .executeTakeFirst()
  return inserted !== undefined
}

export async function updateMessage(
  trx: Trx,
  { channel, ts }: Place,
  change: { digest: string; version: string } | { deleted: true },
) {
  await trx.updateTable('messages').set(change).where('channel', '=', channel).where('ts', '=', ts).execute()
}

/** Takes out what tables hold of messages' words, which were erased. */
export async function blankMessages(trx: Trx, messages: Place[]) {
  await trx.updateTable('messages').set({ digest: '' }).where(amongst(messages)).execute()
}

/** The same of tasks that came of these messages. */
export async function blankTasks(trx: Trx, messages: Place[]) {
  await trx.updateTable('tasks').set({ text: ERASED }).where(amongst(messages)).execute()
}

const amongst = (places: Place[]) => {
  const channels = places.map(({ channel }) => channel)
  const names = places.map(({ ts }) => ts)
  return sql<boolean>`(channel, ts) in (select * from unnest(${channels}::text[], ${names}::text[]))`
}

/** What stands in the place of words that were erased. */
export const ERASED = '(erased)'

/** By how many reactions a message is marked so now. */
export async function countMarks(db: Db, { channel, ts }: Place, mark: Mark): Promise<number> {
  const row = await db
    .selectFrom('marks')
    .select(({ fn }) => fn.countAll<number>().as('standing'))
    .where('channel', '=', channel)
    .where('ts', '=', ts)
    .where('mark', '=', mark)
    .where('stands', '=', true)
    .executeTakeFirstOrThrow()
  return Number(row.standing)
}

export interface KeptMark {
  incident: number
  mark: Mark
  emoji: string
  person: string
  stands: boolean
  heardTs: string
}

/** Keeps what was heard of a person's reaction; false when that is known, or something newer is. */
export async function keepMark(trx: Trx, { channel, ts }: Place, kept: KeptMark): Promise<boolean> {
  const { incident, mark, emoji, person, stands, heardTs } = kept
  const row = await trx
    .insertInto('marks')
    .values({ channel, ts, incident, mark, emoji, person, stands, heard_ts: heardTs })
    .onConflict((c) =>
      c
        .columns(['channel', 'ts', 'emoji', 'person'])
        .doUpdateSet({ stands, heard_ts: heardTs })
        .where('marks.heard_ts', '<', heardTs),
    )
    .returning('ts')
    .executeTakeFirst()
  return row !== undefined
}

/** What this person's reaction with this emoji, or anybody's, has marked; null when none has. */
export async function readMark(db: Db, { channel, ts }: Place, emoji: string, person?: string) {
  let query = db
    .selectFrom('marks')
    .select(['incident', 'mark'])
    .where('channel', '=', channel)
    .where('ts', '=', ts)
    .where('emoji', '=', emoji)
  if (person !== undefined) query = query.where('person', '=', person)
  const row = await query.limit(1).executeTakeFirst()
  return row ? { incident: row.incident, as: row.mark as Mark } : null
}

const toTask = (row: Selectable<Schema['tasks']>): Task => ({
  id: row.id,
  incident: row.incident,
  kind: row.kind as Task['kind'],
  text: row.text,
  owner: row.owner,
  raisedBy: row.raised_by,
  raisedAt: row.raised_at,
  message: row.channel !== null && row.ts !== null ? { channel: row.channel, ts: row.ts } : null,
  settled: row.settled_by !== null && row.settled_at !== null ? { by: row.settled_by, at: row.settled_at } : null,
})

export async function insertTask(trx: Trx, { message, ...task }: Omit<Task, 'id' | 'settled'>) {
  const { incident, kind, text, owner, raisedBy, raisedAt } = task
  await trx
    .insertInto('tasks')
    .values({ incident, kind, text, owner, raised_by: raisedBy, raised_at: raisedAt, ...message })
    .execute()
}

/** Open ones, the oldest first. */
export async function openTasks(db: Db, of: { incident: number } | { owners: string[] }): Promise<Task[]> {
  const open = db.selectFrom('tasks').selectAll().where('settled_at', 'is', null)
  const theirs = 'incident' in of ? open.where('incident', '=', of.incident) : open.where('owner', 'in', of.owners)
  return (await theirs.orderBy('id').execute()).map(toTask)
}

/** Open or settled; null when there never was such a one. */
export async function readTask(db: Db, id: number): Promise<Task | null> {
  const row = await db.selectFrom('tasks').selectAll().where('id', '=', id).executeTakeFirst()
  return row ? toTask(row) : null
}

/** An open task, by its number or by the message that it came of. False when there was none. */
export async function settleTask(
  trx: Trx,
  which: { id: number } | { message: Place; kind: Task['kind'] },
  { by, at }: { by: string; at: Date },
): Promise<boolean> {
  const open = trx.updateTable('tasks').set({ settled_by: by, settled_at: at }).where('settled_at', 'is', null)
  const one =
    'id' in which
      ? open.where('id', '=', which.id)
      : open
          .where('channel', '=', which.message.channel)
          .where('ts', '=', which.message.ts)
          .where('kind', '=', which.kind)
  return (await one.executeTakeFirst()).numUpdatedRows > 0n
}

const NOW = sql<Date>`date_trunc('milliseconds', clock_timestamp())`

/** When Slack was heard last (null: never), and what time it is; both by the database's clock. */
export async function readListening(db: Db): Promise<{ heardAt: Date | null; now: Date }> {
  return await db
    .selectNoFrom((eb) => [NOW.as('now'), eb.selectFrom('listening').select('heard_at').as('heardAt')])
    .executeTakeFirstOrThrow()
}

/** Slack is heard now. Written at most every so many ms, however many replicas hear it. */
export async function touchListening(db: Db, everyMs: number) {
  await db
    .insertInto('listening')
    .values({ heard_at: NOW })
    .onConflict((c) =>
      c
        .column('one')
        .doUpdateSet({ heard_at: NOW })
        .where('listening.heard_at', '<', sql<Date>`clock_timestamp() - ${everyMs} * interval '1 millisecond'`),
    )
    .execute()
}

/** The incidents that were open at some moment since then. */
export async function openSince(db: Db, since: Date): Promise<number[]> {
  const rows = await db
    .selectFrom('incidents')
    .select('id')
    .where(({ eb, or }) =>
      or([eb('status', 'not in', ['resolved', 'closed', 'cancelled']), eb('resolved_at', '>=', since)]),
    )
    .where('status', 'not in', ['closed', 'cancelled'])
    .orderBy('id')
    .execute()
  return rows.map(({ id }) => id)
}
