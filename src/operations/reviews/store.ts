import type { Kysely, Transaction } from 'kysely'
import type { Schema } from '../../storage/schema.ts'

/** What the review of an incident has to answer. So far it is kept and shown; closing doesn’t wait for it yet. */
export interface ReviewItem {
  id: number
  incident: number
  change: number | null
  kind: 'break-glass'
  text: string
  /** A person's id. */
  raisedBy: string
  raisedAt: Date
  /** Always null so far: nothing answers one yet. */
  settledAt: Date | null
}

export async function insertReviewItem(
  trx: Transaction<Schema>,
  { raisedBy, raisedAt, ...item }: Omit<ReviewItem, 'id' | 'settledAt'>,
): Promise<number> {
  const row = await trx
    .insertInto('review_items')
    .values({ ...item, raised_by: raisedBy, raised_at: raisedAt })
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id
}

/** In the order in which they were raised. */
export async function reviewItemsOf(db: Kysely<Schema>, incident: number): Promise<ReviewItem[]> {
  const rows = await db
    .selectFrom('review_items')
    .select([
      ...(['id', 'incident', 'change', 'kind', 'text'] as const),
      ...(['raised_by as raisedBy', 'raised_at as raisedAt', 'settled_at as settledAt'] as const),
    ])
    .where('incident', '=', incident)
    .orderBy('id')
    .execute()
  return rows as ReviewItem[]
}
