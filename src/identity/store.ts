import { type Kysely, sql, type Transaction } from 'kysely'
import type { Schema } from '../storage/schema.ts'
import { type Person, userOf } from './person.ts'

type Db = Kysely<Schema>

/** Whether somebody took the rights of whoever has one of these ids away, and nobody has given them back. */
export async function isRevoked(db: Db, ids: string[]): Promise<boolean> {
  const row = await db
    .selectFrom('revocations')
    .select('id')
    .where('person', 'in', ids)
    .where('lifted_at', 'is', null)
    .executeTakeFirst()
  return row !== undefined
}

export async function insertRevocation(
  trx: Transaction<Schema>,
  { person, by, reason, at }: { person: string; by: string; reason: string; at: Date },
) {
  await trx.insertInto('revocations').values({ person, revoked_by: by, reason, revoked_at: at }).execute()
}

export async function liftRevocation(
  trx: Transaction<Schema>,
  { ids, by, at }: { ids: string[]; by: string; at: Date },
) {
  await trx
    .updateTable('revocations')
    .set({ lifted_by: by, lifted_at: at })
    .where('person', 'in', ids)
    .where('lifted_at', 'is', null)
    .execute()
}

/** What Slack said and when, by the database's clock, and what that clock shows now: replicas' clocks may differ. */
export interface Remembered<T> {
  kept: { value: T; at: Date } | null
  now: Date
}

const NOW = sql<Date>`date_trunc('milliseconds', clock_timestamp())`

export async function readAccount(db: Db, account: string): Promise<Remembered<Person>> {
  const row = await db
    .selectNoFrom(NOW.as('now'))
    .select((eb) => [
      eb.selectFrom('accounts').select('document').where('account', '=', account).as('document'),
      eb.selectFrom('accounts').select('seen_at').where('account', '=', account).as('at'),
    ])
    .executeTakeFirstOrThrow()
  const { now, document, at } = row
  return { now, kept: document !== null && at ? { value: JSON.parse(document) as Person, at } : null }
}

/** What Slack last said that these people (ids) are called; without those of whom it said nothing. */
export async function namesOf(db: Db, people: string[]): Promise<Map<string, string>> {
  if (people.length === 0) return new Map()
  const rows = await db
    .selectFrom('accounts')
    .select(['account', 'document'])
    .where('account', 'in', people.map(userOf))
    .execute()
  const names = new Map(rows.map(({ account, document }) => [account, (JSON.parse(document) as Person).name]))
  return new Map(
    people.flatMap((id) => {
      const name = names.get(userOf(id))
      return name === undefined ? [] : [[id, name]]
    }),
  )
}

/** Keeps what Slack said, unless something newer is kept. */
export async function keepAccount(db: Db, account: string, person: Person, at: Date): Promise<void> {
  const row = { document: JSON.stringify(person), seen_at: at }
  await db
    .insertInto('accounts')
    .values({ account, ...row })
    .onConflict((c) => c.column('account').doUpdateSet(row).where('accounts.seen_at', '<', at))
    .execute()
}

/** Those of these accounts that nothing is known of since `age` (ms). */
export async function unseenAccounts(db: Db, accounts: string[], age: number): Promise<string[]> {
  if (accounts.length === 0) return []
  const rows = await db
    .selectFrom('accounts')
    .select('account')
    .where('account', 'in', accounts)
    .where('seen_at', '>', sql<Date>`clock_timestamp() - ${age} * interval '1 millisecond'`)
    .execute()
  const seen = new Set(rows.map((row) => row.account))
  return accounts.filter((account) => !seen.has(account))
}

export async function readMembership(db: Db, group: string): Promise<Remembered<string[]>> {
  const row = await db
    .selectNoFrom(NOW.as('now'))
    .select((eb) => [
      eb.selectFrom('memberships').select('members').where('user_group', '=', group).as('members'),
      eb.selectFrom('memberships').select('seen_at').where('user_group', '=', group).as('at'),
    ])
    .executeTakeFirstOrThrow()
  const { now, members, at } = row
  return { now, kept: members !== null && at ? { value: members, at } : null }
}

/** Slack said the same again. False when that isn't what was known, or nothing was. */
export async function confirmMembership(db: Db, group: string, members: string[], at: Date): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('memberships')
    .set({ seen_at: sql<Date>`greatest(seen_at, ${at})` })
    .where('user_group', '=', group)
    .where(sql`members::text`, '=', JSON.stringify(members))
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

export async function keepMembership(db: Db, group: string, members: string[], at: Date): Promise<void> {
  const row = { members: JSON.stringify(members), seen_at: at }
  await db
    .insertInto('memberships')
    .values({ user_group: group, ...row })
    .onConflict((c) => c.column('user_group').doUpdateSet(row))
    .execute()
}
