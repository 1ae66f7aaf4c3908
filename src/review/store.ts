import type { Kysely } from 'kysely'
import type { Schema } from '../storage/schema.ts'

export type AskedChange = Awaited<ReturnType<typeof changesAsked>>[number]

/** Changes that were asked for from a time on and before another, by their numbers; with their incident's severity. */
export async function changesAsked(
  db: Kysely<Schema>,
  { from, to, after, limit }: { from: Date; to: Date; after: number; limit: number },
) {
  return await db
    .selectFrom('changes as c')
    .leftJoin('incidents as i', 'i.id', 'c.incident')
    .select(['c.id', 'c.incident', 'i.severity', 'c.requester', 'c.operation', 'c.line', 'c.service', 'c.target'])
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
