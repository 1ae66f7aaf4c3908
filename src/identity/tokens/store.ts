import { type Kysely, type Selectable, sql, type Transaction } from 'kysely'
import type { Schema } from '../../storage/schema.ts'
import type { Token } from '../tokens.ts'

type Db = Kysely<Schema>

const fromRow = (row: Selectable<Schema['tokens']>): Token => ({
  id: row.id,
  person: row.person,
  issuedBy: row.issued_by,
  expiresAt: row.expires_at,
  usedAt: row.used_at,
})

export async function insertToken(
  trx: Transaction<Schema>,
  token: { person: string; hash: Buffer; issuedBy: string; issuedAt: Date; expiresAt: Date },
): Promise<Token> {
  const { person, hash, issuedBy, issuedAt, expiresAt } = token
  const row = await trx
    .insertInto('tokens')
    .values({ person, hash, issued_by: issuedBy, issued_at: issuedAt, expires_at: expiresAt })
    .returningAll()
    .executeTakeFirstOrThrow()
  return fromRow(row)
}

const now = sql<Date>`now()`

/** Those that still work, the oldest first. `person`: only theirs. */
export async function standingTokens(db: Db, person: string | null): Promise<Token[]> {
  let query = db.selectFrom('tokens').selectAll().where('revoked_at', 'is', null).where('expires_at', '>', now)
  if (person !== null) query = query.where('person', '=', person)
  return (await query.orderBy('id').execute()).map(fromRow)
}

/** A token whatever became of it; null when there never was one. */
export async function readToken(db: Db, id: number): Promise<Token | null> {
  const row = await db.selectFrom('tokens').selectAll().where('id', '=', id).executeTakeFirst()
  return row ? fromRow(row) : null
}

/** By the hash, which is what the table has an index on: how long it takes tells nothing about any token. */
export async function findToken(db: Db, hash: Buffer) {
  return await db
    .selectFrom('tokens')
    .select(['id', 'person', 'expires_at as expiresAt', 'revoked_at as revokedAt'])
    .select(sql<boolean>`expires_at <= now()`.as('expired'))
    .where('hash', '=', hash)
    .executeTakeFirst()
}

/** False when it was revoked already. */
export async function revokeToken(trx: Transaction<Schema>, id: number, at: Date): Promise<boolean> {
  const result = await trx
    .updateTable('tokens')
    .set({ revoked_at: at })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** Those of these people that still worked, by their numbers. */
export async function revokeTokensOf(trx: Transaction<Schema>, people: string[], at: Date): Promise<number[]> {
  const rows = await trx
    .updateTable('tokens')
    .set({ revoked_at: at })
    .where('person', 'in', people)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', at)
    .returning('id')
    .execute()
  return rows.map(({ id }) => id).sort((a, b) => a - b)
}

/** Says that a token is in use, at most once a minute: whoever polls with it shall not write each time. */
export async function touchToken(db: Db, id: number) {
  await db
    .updateTable('tokens')
    .set({ used_at: now })
    .where('id', '=', id)
    .where((eb) => eb.or([eb('used_at', 'is', null), eb('used_at', '<', sql<Date>`now() - interval '1 minute'`)]))
    .execute()
}
