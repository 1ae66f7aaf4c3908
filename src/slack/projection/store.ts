import { type Kysely, type Selectable, sql } from 'kysely'
import type { Schema } from '../../storage/schema.ts'

type Db = Kysely<Schema>

/**
 * What is known about a message in Slack.
 *
 * - `absent`: it isn't there: nobody sent it, Slack refused it, or Slack has lost it
 * - `posting`: a request is under way since `posting_since`, or the process that sent it has died
 * - `unknown`: the request ended without an answer: look in Slack before posting again
 * - `posted`: it is there; `hash` is of what it shows, empty when that isn't certain
 * - `editing`: as `posting`, for an edit
 * - `deleted`: what it said was erased, and it was taken back
 * - `kept`: what it said was erased, and Slack refused to delete it
 */
export type MessageState = 'absent' | 'posting' | 'unknown' | 'posted' | 'editing' | 'deleted' | 'kept'

export interface Row {
  subject: string
  slot: string
  chain: string
  channel: string
  /** The root's subject; null for a root. */
  threadOf: string | null
  ts: string | null
  /** A file's id, as soon as Slack has given one. */
  file: string | null
  state: MessageState
  hash: string
  postingSince: Date | null
  /** How long the request has been under way, in ms of the database's clock. */
  ageMs: number
}

const fromRow = (row: Selectable<Schema['slack_messages']> & { age: number | null }): Row => ({
  subject: row.subject,
  slot: row.slot,
  chain: row.chain,
  channel: row.channel,
  threadOf: row.thread_of,
  ts: row.ts,
  file: row.file,
  state: row.state as MessageState,
  hash: row.hash,
  postingSince: row.posting_since,
  ageMs: row.age ?? 0,
})

const CLAIMED = ['subject', 'slot', 'posting_since as postingSince'] as const
const now = sql<Date>`clock_timestamp()`
const age = sql<number | null>`(extract(epoch from clock_timestamp() - posting_since) * 1000)::float8`.as('age')

export async function readMessage(db: Db, subject: string, slot: string): Promise<Row | null> {
  const row = await db
    .selectFrom('slack_messages')
    .selectAll()
    .select(age)
    .where('subject', '=', subject)
    .where('slot', '=', slot)
    .executeTakeFirst()
  return row ? fromRow(row) : null
}

export interface Claim {
  subject: string
  slot: string
  chain: string
  channel: string
  threadOf: string | null
  file: string | null
  hash: string
}

/** A claimed message: since when tells whether it still is this process's. */
export type Claimed = Pick<Row, 'subject' | 'slot' | 'postingSince'>

/**
 * Says that a post is about to be sent. Null when the row isn't as it was read: another replica is at it. The committed
 * row is what a crash leaves behind.
 */
export async function claimPost(db: Db, seen: Row | null, claim: Claim): Promise<Claimed | null> {
  const { threadOf, ...rest } = claim
  const values = { ...rest, thread_of: threadOf, ts: null, state: 'posting', posting_since: now }
  const row = await db
    .insertInto('slack_messages')
    .values(values)
    .onConflict((c) =>
      c
        .columns(['subject', 'slot'])
        .doUpdateSet(values)
        .where('slack_messages.state', '=', seen?.state ?? 'nobody has seen it')
        .where(sql`slack_messages.posting_since`, 'is not distinct from', seen?.postingSince ?? null),
    )
    .returning(CLAIMED)
    .executeTakeFirst()
  return row ?? null
}

/** The same for an edit: until it is settled nobody knows what the message shows. */
export async function claimEdit(db: Db, seen: Row): Promise<Claimed | null> {
  const row = await db
    .updateTable('slack_messages')
    .set({ state: 'editing', posting_since: now })
    .where('subject', '=', seen.subject)
    .where('slot', '=', seen.slot)
    .where('ts', '=', seen.ts)
    .where('state', '=', seen.state)
    .where('posting_since', 'is not distinct from', seen.postingSince)
    .returning(CLAIMED)
    .executeTakeFirst()
  return row ?? null
}

/** Nothing of it is under way any more: whoever had claimed it before has no say either. */
const ENDED: MessageState[] = ['posted', 'deleted', 'kept']

/** Writes what has become of the message; nothing when somebody else has claimed it since, whose word counts then. */
export async function settle(
  db: Db,
  { subject, slot, postingSince }: Claimed,
  fields: { state: MessageState; ts?: string | null; hash?: string },
) {
  await db
    .updateTable('slack_messages')
    .set({
      ...fields,
      ...(ENDED.includes(fields.state) && { posting_since: null }),
      ...(fields.state === 'posted' && { posted_at: now }),
    })
    .where('subject', '=', subject)
    .where('slot', '=', slot)
    .where('posting_since', 'is not distinct from', postingSince)
    .execute()
}

/** Keeps a message that was found in Slack; the row that says so may have been lost. */
export async function rememberPosted(db: Db, { threadOf, ...rest }: Claim, ts: string) {
  const values = { ...rest, thread_of: threadOf, state: 'posted', ts, posted_at: now, posting_since: null }
  await db
    .insertInto('slack_messages')
    .values(values)
    .onConflict((c) => c.columns(['subject', 'slot']).doUpdateSet(values))
    .execute()
}

/** Keeps the id of a file that Slack reserved: nobody sees it before its upload is completed. */
export async function rememberFile(db: Db, claim: Claim) {
  const { threadOf, ...rest } = claim
  const values = { ...rest, thread_of: threadOf, state: 'absent', ts: null }
  await db
    .insertInto('slack_messages')
    .values(values)
    .onConflict((c) => c.columns(['subject', 'slot']).doUpdateSet(values))
    .execute()
}

/**
 * The messages that may show these entries of a chain: their replies and files, and the exports that were asked for
 * before the entry `erasure` said that they are gone. Oldest first.
 */
export async function messagesShowing(db: Db, chain: string, entries: number[], erasure: number): Promise<Row[]> {
  const rows = await db
    .selectFrom('slack_messages')
    .selectAll()
    .select(age)
    .where('chain', '=', chain)
    .where('slot', 'in', ['reply', 'file'])
    .where('state', 'not in', ['deleted', 'kept', 'absent'])
    .where(({ or, eb, selectFrom }) =>
      or([
        eb(
          'subject',
          'in',
          entries.map((seq) => `${chain}#${seq}`),
        ),
        eb(
          'subject',
          'in',
          selectFrom('timeline')
            .select(sql<string>`chain || '#' || seq`.as('subject'))
            .where('chain', '=', chain)
            .where('type', '=', 'incident.exported')
            .where('seq', '>', Math.min(...entries))
            .where('seq', '<', erasure),
        ),
      ]),
    )
    .orderBy('posted_at')
    .execute()
  return rows.map(fromRow)
}

/** What one person was told about an incident: its roles, handoffs and reminders. Oldest first. */
export async function directMessages(db: Db, chain: string): Promise<Row[]> {
  const rows = await db
    .selectFrom('slack_messages')
    .selectAll()
    .select(age)
    .where('chain', '=', chain)
    .where('thread_of', 'is', null)
    .where('subject', '<>', chain)
    .where('slot', 'in', ['card', 'direct'])
    .where('state', 'not in', ['deleted', 'kept', 'absent'])
    .orderBy('posted_at')
    .execute()
  return rows.map(fromRow)
}

/** Slack has lost a root: its cards are to be posted anew, what was said once in its thread isn't said again. */
export async function markLost(db: Db, root: string) {
  await db
    .updateTable('slack_messages')
    .set((eb) => ({
      ts: null,
      state: eb.case().when('slot', '=', 'card').then('absent').else(eb.ref('state')).end(),
    }))
    .where((eb) => eb.or([eb.and([eb('subject', '=', root), eb('slot', '=', 'card')]), eb('thread_of', '=', root)]))
    .execute()
}
