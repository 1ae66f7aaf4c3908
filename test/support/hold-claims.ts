import pg from 'pg'
import type { TestDatabase } from './database.ts'

/** An advisory lock's number, of nobody else's. */
const KEY = 4711

/**
 * Holds back every claim of an approved change until `release`: so that something can happen between the approval and
 * the execution. A trigger waits inside the claim's transaction, as it would for a slow database.
 */
export async function holdClaims({ migrateUrl }: TestDatabase) {
  const client = new pg.Client(migrateUrl)
  client.on('error', () => {}) // the database is thrown away under it
  await client.connect()
  await client.query(`select pg_advisory_lock(${KEY})`)
  await client.query(`create function hold_claims() returns trigger language plpgsql as $$
    begin perform pg_advisory_xact_lock_shared(${KEY}); return new; end $$`)
  await client.query(`create trigger hold_claims before update on changes for each row
    when (old.state = 'approved' and new.state = 'claimed') execute function hold_claims()`)
  return {
    /** Lets claims go on. */
    release: async () => {
      await client.end()
    },
  }
}
