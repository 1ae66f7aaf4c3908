import { type Kysely, sql, type Transaction } from 'kysely'
import type { Schema } from '../storage/schema.ts'
import type { Facts, Sealed } from './chain.ts'
import type { Entry, EntryBody } from './entries.ts'

/** Followers in other processes LISTEN to this; the payload is the chain. */
export const LEDGER_CHANNEL = 'firebreak_ledger'

/** Makes the chain if it's new and locks its row, in one round trip. */
export async function lockChain(trx: Transaction<Schema>, chain: string, genesis: Buffer) {
  return await trx
    .insertInto('chains')
    .values({ chain, head: genesis })
    .onConflict((c) => c.column('chain').doUpdateSet({ chain }))
    .returning(['seq', 'head', sql<Date>`date_trunc('milliseconds', clock_timestamp())`.as('now')])
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

/** Entries of a chain after `after`, in order: what was hashed, not the columns that were derived from it. */
export async function readEntries(
  db: Kysely<Schema>,
  chain: string,
  { after = 0, through, limit = 10_000 }: { after?: number; through?: number; limit?: number } = {},
): Promise<Entry[]> {
  let query = db
    .selectFrom('timeline as t')
    .innerJoin('payloads as p', (j) => j.onRef('p.chain', '=', 't.chain').onRef('p.seq', '=', 't.seq'))
    .select(['t.bytes', 't.hash', 'p.body'])
    .where('t.chain', '=', chain)
    .where('t.seq', '>', after)
  if (through !== undefined) query = query.where('t.seq', '<=', through)
  const rows = await query.orderBy('t.seq').limit(limit).execute()
  return rows.map((row) => {
    const facts = JSON.parse(row.bytes.toString()) as Facts
    const { name, data } = JSON.parse(row.body)
    return {
      chain: facts.chain,
      seq: facts.seq,
      subject: facts.subject,
      actor: { id: facts.actor, name },
      occurredAt: new Date(facts.occurred_at),
      recordedAt: new Date(facts.recorded_at),
      cause: facts.cause,
      hash: row.hash.toString('hex'),
      body: { type: facts.type, ...data } as EntryBody,
    }
  })
}

/** A chain as it is stored, to be verified: hashed bytes and what they commit to. */
export async function readSealed(db: Kysely<Schema>, chain: string, through: number) {
  return await db
    .selectFrom('timeline as t')
    .leftJoin('payloads as p', (j) => j.onRef('p.chain', '=', 't.chain').onRef('p.seq', '=', 't.seq'))
    .select(['t.seq', 't.bytes', 't.hash', 'p.salt', 'p.body'])
    .where('t.chain', '=', chain)
    .where('t.seq', '<=', through)
    .orderBy('t.seq')
    .execute()
}

/** The chains that Slack's messages are behind of. */
export async function chainsBehind(db: Kysely<Schema>): Promise<string[]> {
  const rows = await db.selectFrom('chains').select('chain').whereRef('projected', '<', 'seq').execute()
  return rows.map((row) => row.chain)
}

export async function readProgress(db: Kysely<Schema>, chain: string) {
  return await db.selectFrom('chains').select(['seq', 'projected']).where('chain', '=', chain).executeTakeFirst()
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
