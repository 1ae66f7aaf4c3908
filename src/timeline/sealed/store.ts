import { type Kysely, sql } from 'kysely'
import type { Schema } from '../../storage/schema.ts'
import { toEntry } from '../chain.ts'
import type { Entry } from '../entries.ts'
import type { End, StoredEntry } from '../verify.ts'

/**
 * The next entries of a chain as they are stored, to be handed on or verified: what was hashed and what that commits to.
 * `columns`: with what queries see beside it.
 */
export async function readSealed(
  db: Kysely<Schema>,
  chain: string,
  page: { after?: number; through?: number; limit?: number; columns?: boolean } = {},
): Promise<StoredEntry[]> {
  const { after = Number.MIN_SAFE_INTEGER, through, limit, columns = false } = page
  const query = db
    .selectFrom('timeline as t')
    // The bound is said of both: else Postgres reads all the payloads before it, again for each batch.
    .leftJoin('payloads as p', (j) =>
      j.onRef('p.chain', '=', 't.chain').onRef('p.seq', '=', 't.seq').on('p.seq', '>', after),
    )
    .select(['t.seq', BYTES, HASH, sql<string | null>`encode(p.salt, 'hex')`.as('salt'), 'p.body as payload'])
    .where('t.chain', '=', chain)
    .where('t.seq', '>', after)
    .$if(through !== undefined, (q) => q.where('t.seq', '<=', through as number))
    .$if(limit !== undefined, (q) => q.limit(limit as number))
    .orderBy('t.seq')
  if (!columns) return (await query.execute()).map((row) => ({ ...row, bytes: unescaped(row.bytes) }))
  const rows = await query
    .select(['t.type', 't.subject', 't.actor', 't.cause'])
    // As numbers: to make a hundred thousand dates takes longer than to verify the entries.
    .select([milliseconds('t.occurred_at').as('occurred_at'), milliseconds('t.recorded_at').as('recorded_at')])
    .execute()
  return rows.map(({ seq, bytes, hash, salt, payload, ...columns }) => ({
    ...{ seq, bytes: unescaped(bytes), hash, salt, payload, columns },
  }))
}

/** As text, which takes half of what Postgres's hex does: what isn't ASCII in it is escaped. */
const BYTES = sql<string>`encode(t.bytes, 'escape')`.as('bytes')
const HASH = sql<string>`encode(t.hash, 'hex')`.as('hash')

/** UTF-8 of Postgres's `escape` format: a backslash doubled, or a byte in octal digits. */
function unescaped(text: string): string {
  if (!text.includes('\\')) return text
  const byte = (code: string) => (code === '\\' ? code : String.fromCharCode(Number.parseInt(code, 8)))
  return Buffer.from(
    text.replace(/\\(\\|[0-7]{3})/g, (_, code: string) => byte(code)),
    'latin1',
  ).toString()
}

const milliseconds = (column: string) => sql<number>`round(extract(epoch from ${sql.ref(column)}) * 1000)::float8`

/** These entries of a chain, in this order; without those that don't exist. */
export async function readEntriesAt(db: Kysely<Schema>, chain: string, seqs: number[]): Promise<Entry[]> {
  const these = sql<number>`any(${`{${seqs.join()}}`}::bigint[])`
  const rows = await db
    .selectFrom('timeline as t')
    .leftJoin('payloads as p', (j) =>
      j.onRef('p.chain', '=', 't.chain').onRef('p.seq', '=', 't.seq').on('p.seq', '=', these),
    )
    .select(['t.seq', BYTES, HASH, 'p.body as payload'])
    .where('t.chain', '=', chain)
    .where('t.seq', '=', these)
    .execute()
  const found = new Map(rows.map((row) => [row.seq, row]))
  return seqs.flatMap((seq) => {
    const row = found.get(seq)
    return row ? [toEntry({ ...row, bytes: unescaped(row.bytes) })] : []
  })
}

/** The last entry of a chain that says what was erased; 0 when there is none. */
export async function readLastErasure(db: Kysely<Schema>, chain: string): Promise<number> {
  const row = await db
    .selectFrom('timeline')
    .select(({ fn }) => fn.max('seq').as('seq'))
    .where('chain', '=', chain)
    .where('type', '=', 'timeline.erased')
    .executeTakeFirst()
  return row?.seq ?? 0
}

/**
 * Where a chain ends, as it is on record. What Slack shows and the sinks have is kept apart: it knows of entries that
 * somebody cut off together with the record of them. Null when there is no such chain.
 */
export async function readEnd(db: Kysely<Schema>, chain: string): Promise<End | null> {
  const row = await db
    .selectFrom('chains as c')
    .select([sql<string>`encode(c.head, 'hex')`.as('head')])
    .select(({ fn, selectFrom }) =>
      fn<number>('greatest', [
        'c.seq',
        'c.projected',
        selectFrom('sink_cursors as s')
          .whereRef('s.chain', '=', 'c.chain')
          .select(({ fn }) => fn.max('s.seq').as('seq')),
      ]).as('length'),
    )
    .where('c.chain', '=', chain)
    .executeTakeFirst()
  return row ?? null
}
