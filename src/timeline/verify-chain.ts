import type { Kysely } from 'kysely'
import type { Schema } from '../storage/schema.ts'
import { readEnd, readSealed } from './store.ts'
import type { Verdict } from './verdict.ts'
import { createVerifier, type Expected } from './verify.ts'

const BATCH = 1_000

/**
 * Verifies a chain in the database, against the end that is on record there: in batches, on one snapshot, so that an
 * entry or an erasure that comes meanwhile doesn't disturb it. Null when there is no such chain.
 */
export async function verifyChain(db: Kysely<Schema>, chain: string, expected: Expected = {}): Promise<Verdict | null> {
  return await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (snapshot) => {
      const end = await readEnd(snapshot, chain)
      if (!end) return null
      const verifier = createVerifier(chain, expected, end.length)
      let reading = readSealed(snapshot, chain, { limit: BATCH })
      for (;;) {
        const batch = await reading
        const last = batch.at(-1)
        const isAll = last === undefined || batch.length < BATCH
        // While these are verified, Postgres reads the next ones.
        if (!isAll) reading = readSealed(snapshot, chain, { after: last.seq, limit: BATCH })
        for (const entry of batch) verifier.add(entry)
        if (isAll) return verifier.end(end)
      }
    })
}
