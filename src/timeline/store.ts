import { type Kysely, sql, type Transaction } from 'kysely'
import type { Schema } from '../storage/schema.ts'
import { type Sealed, toEntry } from './chain.ts'
import type { Entry, EntryType } from './entries.ts'
import type { ChainEnd } from './ledger.ts'

/** Followers in other processes LISTEN to this; the payload is the chain. */
export const LEDGER_CHANNEL = 'firebreak_ledger'

/**
 * Locks the row of a chain, making it when it's new. One that is there is only locked, not written: this happens for
 * every entry, and a row that is written has to be cleaned up after.
 */
export async function lockChain(trx: Transaction<Schema>, chain: string, genesis: Buffer) {
  const now = sql<Date>`date_trunc('milliseconds', clock_timestamp())`.as('now')
  const held = await trx
    // The time is told when the lock is there, not when it was asked for.
    .with(
      (cte) => cte('held').materialized(),
      (db) => db.selectFrom('chains').select(['seq', 'head']).where('chain', '=', chain).forUpdate(),
    )
    .selectFrom('held')
    .select(['seq', 'head', now])
    .executeTakeFirst()
  if (held) return held
  return await trx
    .insertInto('chains')
    .values({ chain, head: genesis })
    .onConflict((c) => c.column('chain').doUpdateSet({ chain }))
    .returning(['seq', 'head', now])
    .executeTakeFirstOrThrow()
}

/** Entry, payload, the chain's new head and the word to other processes: one statement, one round trip. */
export async function insertEntry(trx: Transaction<Schema>, { facts, bytes, hash, salt, payload }: Sealed) {
  await sql`
    with entry as (
      insert into timeline (chain, seq, type, subject, actor, occurred_at, recorded_at, cause, bytes, hash)
      values (${facts.chain}, ${facts.seq}, ${facts.type}, ${facts.subject}, ${facts.actor},
              ${facts.occurred_at}, ${facts.recorded_at}, ${facts.cause}, ${bytes}, ${hash})
    ), payload as (
      insert into payloads (chain, seq, salt, body) values (${facts.chain}, ${facts.seq}, ${salt}, ${payload})
    ), head as (
      update chains set seq = ${facts.seq}, head = ${hash} where chain = ${facts.chain}
    )
    select pg_notify(${LEDGER_CHANNEL}, ${facts.chain})`.execute(trx)
}

export function isDuplicateCause(error: unknown): boolean {
  return (error as { constraint?: string } | null)?.constraint === 'timeline_cause'
}

/**
 * Entries of a chain after `after`, in order: what was hashed, not the columns that were derived from it. One whose
 * payload is gone comes as `erased`.
 */
export async function readEntries(
  db: Kysely<Schema>,
  chain: string,
  { after = 0, through, limit = 10_000 }: { after?: number; through?: number; limit?: number } = {},
): Promise<Entry[]> {
  let query = db
    .selectFrom('timeline as t')
    .leftJoin('payloads as p', (j) =>
      j.onRef('p.chain', '=', 't.chain').onRef('p.seq', '=', 't.seq').on('p.seq', '>', after),
    )
    .select(['t.bytes', 't.hash', 'p.body'])
    .where('t.chain', '=', chain)
    .where('t.seq', '>', after)
  if (through !== undefined) query = query.where('t.seq', '<=', through)
  const rows = await query.orderBy('t.seq').limit(limit).execute()
  return rows.map((row) => toEntry({ bytes: row.bytes.toString(), hash: row.hash.toString('hex'), payload: row.body }))
}

/** The last entries of a chain before that one, in their order. */
export async function readPage(
  db: Kysely<Schema>,
  chain: string,
  { before, limit }: { before: number; limit: number },
): Promise<Entry[]> {
  const end = Math.min(before, ((await readProgress(db, chain))?.seq ?? 0) + 1)
  return await readEntries(db, chain, { after: Math.max(0, end - 1 - limit), through: end - 1, limit })
}

/** The first entry that a gesture made; null when it recorded nothing. */
export async function readByCause(db: Kysely<Schema>, cause: string): Promise<Entry | null> {
  const row = await db
    .selectFrom('timeline as t')
    .leftJoin('payloads as p', (j) => j.onRef('p.chain', '=', 't.chain').onRef('p.seq', '=', 't.seq'))
    .select(['t.bytes', 't.hash', 'p.body'])
    .where('t.cause', '=', cause)
    .executeTakeFirst()
  return row ? toEntry({ bytes: row.bytes.toString(), hash: row.hash.toString('hex'), payload: row.body }) : null
}

/** What these entries are, and whether what they say is still there; without those that don't exist. */
export async function readTypes(db: Kysely<Schema>, chain: string, entries: number[]) {
  return await db
    .selectFrom('timeline as t')
    .leftJoin('payloads as p', (j) => j.onRef('p.chain', '=', 't.chain').onRef('p.seq', '=', 't.seq'))
    .select(['t.seq', 't.type', sql<boolean>`p.seq is null`.as('erased')])
    .where('t.chain', '=', chain)
    .where('t.seq', 'in', entries)
    .execute()
}

/** Erases what these entries say: only what an entry that was written before says is erased. Returns how many were. */
export async function erasePayloads(trx: Transaction<Schema>, chain: string, entries: number[]): Promise<number> {
  const { rows } = await sql<{ erased: number }>`
    select count(*) filter (where erase_payload(${chain}, seq)) as erased from unnest(${entries}::bigint[]) as seq`.execute(
    trx,
  )
  return rows[0]?.erased ?? 0
}

/** The chains that Slack's messages are behind of. */
export async function chainsBehind(db: Kysely<Schema>): Promise<string[]> {
  const rows = await db.selectFrom('chains').select('chain').whereRef('projected', '<', 'seq').execute()
  return rows.map((row) => row.chain)
}

export async function readProgress(db: Kysely<Schema>, chain: string) {
  return await db.selectFrom('chains').select(['seq', 'projected']).where('chain', '=', chain).executeTakeFirst()
}

/** The last entry of a chain that has one. */
export async function readLast(db: Kysely<Schema>, chain: string): Promise<ChainEnd> {
  const row = await db
    .selectFrom('chains as c')
    .innerJoin('timeline as t', (j) => j.onRef('t.chain', '=', 'c.chain').onRef('t.seq', '=', 'c.seq'))
    .select(['t.seq', 't.hash', 't.recorded_at as recordedAt'])
    .where('c.chain', '=', chain)
    .executeTakeFirstOrThrow()
  return { ...row, hash: row.hash.toString('hex') }
}

/** Slack's messages show everything up to `seq`. Never goes back. */
export async function markProjected(db: Kysely<Schema>, chain: string, seq: number) {
  await db
    .updateTable('chains')
    .set({ projected: seq })
    .where('chain', '=', chain)
    .where('projected', '<', seq)
    .execute()
}

/** The newest entry of one of these types. */
export async function lastEntry(db: Kysely<Schema>, chain: string, types: EntryType[]): Promise<Entry | null> {
  const [entry = null] = await newestEntries(db, chain, types, 1)
  return entry
}

/** The newest entries of these types, the newest first. */
export async function newestEntries(
  db: Kysely<Schema>,
  chain: string,
  types: EntryType[],
  limit: number,
): Promise<Entry[]> {
  const rows = await db
    .selectFrom('timeline as t')
    .leftJoin('payloads as p', (j) => j.onRef('p.chain', '=', 't.chain').onRef('p.seq', '=', 't.seq'))
    .select(['t.bytes', 't.hash', 'p.body'])
    .where('t.type', 'in', types)
    .where('t.chain', '=', chain)
    .orderBy('t.seq', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => toEntry({ bytes: row.bytes.toString(), hash: row.hash.toString('hex'), payload: row.body }))
}
