import type { Kysely, Transaction } from 'kysely'
import type { Schema } from '../../storage/schema.ts'

export interface Hold {
  /** 3; people read `HOLD-3`. */
  id: number
  /** A person's id. */
  by: string
  reason: string
  at: Date
  releasedBy: string | null
  releasedAt: Date | null
}

const select = (db: Kysely<Schema>) =>
  db
    .selectFrom('freezes')
    .select([
      'id',
      'frozen_by as by',
      'reason',
      'frozen_at as at',
      'released_by as releasedBy',
      'released_at as releasedAt',
    ])

/** The hold that stands; null when nothing is held. */
export async function standingHold(db: Kysely<Schema>): Promise<Hold | null> {
  return (await select(db).where('released_at', 'is', null).executeTakeFirst()) ?? null
}

export async function readHold(db: Kysely<Schema>, id: number): Promise<Hold | null> {
  return (await select(db).where('id', '=', id).executeTakeFirst()) ?? null
}

/** Null when one stands already. */
export async function insertHold(
  trx: Transaction<Schema>,
  { by, reason, at }: Pick<Hold, 'by' | 'reason' | 'at'>,
): Promise<number | null> {
  const row = await trx
    .insertInto('freezes')
    .values({ frozen_by: by, reason, frozen_at: at })
    .onConflict((c) => c.doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id ?? null
}

export async function updateReleased(trx: Transaction<Schema>, id: number, by: string, at: Date) {
  await trx.updateTable('freezes').set({ released_by: by, released_at: at }).where('id', '=', id).execute()
}
