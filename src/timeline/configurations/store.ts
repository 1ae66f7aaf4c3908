import type { Kysely } from 'kysely'
import type { Schema } from '../../storage/schema.ts'

/** Keeps what a configuration said, by the hash of its text (hex). */
export async function insertConfiguration(db: Kysely<Schema>, hash: string, written: unknown): Promise<void> {
  const row = { hash, document: JSON.stringify(written) }
  await db
    .insertInto('configurations')
    .values(row)
    .onConflict((c) => c.doNothing())
    .execute()
}

export async function readConfiguration(db: Kysely<Schema>, hash: string): Promise<{ written: unknown } | null> {
  const row = await db.selectFrom('configurations').select('document').where('hash', '=', hash).executeTakeFirst()
  return row ? { written: JSON.parse(row.document) } : null
}
