import type { Kysely } from 'kysely'
import type { Schema } from '../storage/schema.ts'
import type { Facts } from './chain.ts'
import { readEnd, readSealed } from './sealed/store.ts'
import type { Verdict } from './verdict.ts'
import { createVerifier, type Expected, type StoredEntry } from './verify.ts'

const BATCH = 1_000

/**
 * Verifies a chain in the database, against the end that is on record there: in batches, on one snapshot, so that an
 * entry or an erasure that comes meanwhile doesn't disturb it. Null when there is no such chain.
 */
export async function verifyChain(db: Kysely<Schema>, chain: string, expected: Expected = {}): Promise<Verdict | null> {
  return await onSnapshot(db, (snapshot) => walkChain(snapshot, chain, expected))
}

/** Reads what was there at one moment: for as long as this takes, and nothing can be written. */
export async function onSnapshot<T>(db: Kysely<Schema>, read: (snapshot: Kysely<Schema>) => Promise<T>): Promise<T> {
  return await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute((snapshot) => read(snapshot))
}

/**
 * Verifies a chain on a snapshot; `seen` is told of each entry on the way, whatever is wrong with it, and of its facts,
 * where they can be read.
 */
export async function walkChain(
  snapshot: Kysely<Schema>,
  chain: string,
  expected: Expected = {},
  seen: (entry: StoredEntry, facts: Facts | null) => void = () => {},
): Promise<Verdict | null> {
  const end = await readEnd(snapshot, chain)
  if (!end) return null
  const verifier = createVerifier(chain, expected, end.length)
  for await (const batch of sealedBatches(snapshot, chain, { columns: true })) {
    for (const entry of batch) {
      verifier.add(entry)
      seen(entry, verifier.facts())
    }
  }
  return verifier.end(end)
}

/** A chain as it is stored, in batches that don't grow with it. */
export async function* sealedBatches(
  snapshot: Kysely<Schema>,
  chain: string,
  options: { through?: number; columns?: boolean } = {},
): AsyncGenerator<StoredEntry[]> {
  const page = { limit: BATCH, ...options }
  let reading = readSealed(snapshot, chain, page)
  for (;;) {
    const batch = await reading
    const last = batch.at(-1)
    const isAll = last === undefined || batch.length < BATCH
    if (!isAll) {
      // While these are looked at, Postgres reads the next ones.
      reading = readSealed(snapshot, chain, { ...page, after: last.seq })
      // Whoever looks may give up first: then nobody waits for them.
      reading.catch(() => {})
    }
    yield batch
    if (isAll) return
  }
}
