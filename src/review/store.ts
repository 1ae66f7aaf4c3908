import type { Kysely } from 'kysely'
import type { Schema } from '../storage/schema.ts'
import { toEntry } from '../timeline/chain.ts'
import type { Entry, EntryType } from '../timeline/entries.ts'

export type AskedChange = Awaited<ReturnType<typeof changesAsked>>[number]

/** Changes that were asked for from a time on and before another, by their numbers; with their incident's severity. */
export async function changesAsked(
  db: Kysely<Schema>,
  { from, to, after, limit }: { from: Date; to: Date; after: number; limit: number },
) {
  return await db
    .selectFrom('changes as c')
    .leftJoin('incidents as i', 'i.id', 'c.incident')
    .select([
      'c.id',
      'c.chain',
      'c.incident',
      'i.severity',
      'c.requester',
      'c.operation',
      'c.line',
      'c.service',
      'c.target',
    ])
    .select(['c.environment', 'c.undoes', 'c.plan', 'c.state', 'c.detail', 'c.requested_at', 'c.finished_at'])
    .where('c.requested_at', '>=', from)
    .where('c.requested_at', '<', to)
    .where('c.id', '>', after)
    .orderBy('c.id')
    .limit(limit)
    .execute()
}

/** The review item that breaking the glass for this change has left; undefined when there is none. */
export async function reviewItemOf(db: Kysely<Schema>, change: number) {
  return await db
    .selectFrom('review_items')
    .select(['id', 'settled_by', 'settled_at'])
    .where('change', '=', change)
    .where('kind', '=', 'break-glass')
    .orderBy('id')
    .executeTakeFirst()
}

/** What is to be done: in the incident, or after it. */
export interface Task {
  id: number
  kind: 'task' | 'follow-up'
  text: string
  /** Person ids. */
  owner: string
  raisedBy: string
  raisedAt: Date
  settledBy: string | null
  settledAt: Date | null
}

/** The tasks and follow-ups of an incident, in the order in which they were raised. */
export async function tasksOf(db: Kysely<Schema>, incident: number): Promise<Task[]> {
  const rows = await db
    .selectFrom('tasks')
    .select(['id', 'kind', 'text', 'owner'])
    .select(['raised_by as raisedBy', 'raised_at as raisedAt', 'settled_by as settledBy', 'settled_at as settledAt'])
    .where('incident', '=', incident)
    .orderBy('id')
    .execute()
  return rows.map(({ kind, ...row }) => ({ ...row, kind: kind as Task['kind'] }))
}

/**
 * Entries of some types that were recorded from a time on and before another, in all chains, by their time: read in
 * batches, so that any number of them can be streamed. `subjects`: only what is about these.
 */
export async function* entriesByType(
  db: Kysely<Schema>,
  types: EntryType[],
  { from, to, subjects }: { from: Date; to: Date; subjects?: string[] },
): AsyncGenerator<Entry> {
  const limit = 500
  for (let after: { recorded_at: Date; chain: string; seq: number } | undefined; ; ) {
    let query = db
      .selectFrom('timeline as t')
      .leftJoin('payloads as p', (j) => j.onRef('p.chain', '=', 't.chain').onRef('p.seq', '=', 't.seq'))
      .select(['t.chain', 't.seq', 't.recorded_at', 't.bytes', 't.hash', 'p.body'])
      .where('t.type', 'in', types)
      .where('t.recorded_at', '>=', from)
      .where('t.recorded_at', '<', to)
    if (subjects) query = query.where('t.subject', 'in', subjects)
    if (after) {
      const { recorded_at, chain, seq } = after
      query = query.where(({ eb, refTuple, tuple }) =>
        eb(refTuple('t.recorded_at', 't.chain', 't.seq'), '>', tuple(recorded_at, chain, seq)),
      )
    }
    const rows = await query.orderBy('t.recorded_at').orderBy('t.chain').orderBy('t.seq').limit(limit).execute()
    for (const row of rows) {
      yield toEntry({ bytes: row.bytes.toString(), hash: row.hash.toString('hex'), payload: row.body })
    }
    after = rows.at(-1)
    if (rows.length < limit) return
  }
}
