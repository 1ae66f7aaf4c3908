import type { Kysely } from 'kysely'
import type { Change } from '../operations/change.ts'
import { changesOf } from '../operations/store.ts'
import type { Schema } from '../storage/schema.ts'
import type { Facts } from '../timeline/chain.ts'
import type { Entry } from '../timeline/entries.ts'
import { readEntriesAt, readLastErasure } from '../timeline/sealed/store.ts'
import type { Verdict } from '../timeline/verdict.ts'
import type { StoredEntry } from '../timeline/verify.ts'
import { sealedBatches, walkChain } from '../timeline/verify-chain.ts'

/** An incident's ledger as an export reads it: as often as it has to, a batch at a time, and always the same entries. */
export interface Chain {
  /** Verifies the whole of it, and tells of each entry that is in the export on the way; null: its facts can't be read. */
  walk(seen: (entry: StoredEntry, facts: Facts | null) => void): Promise<Verdict>
  /** The export's entries, in their order. */
  sealed(): AsyncIterable<StoredEntry[]>
  /** These entries, in this order. */
  entries(seqs: number[]): AsyncIterable<Entry[]>
  /** The incident's changes, in the order in which they were asked for. */
  changes(): AsyncIterable<Change[]>
}

const ENTRIES = 1_000
const CHANGES = 250

/**
 * A chain on a snapshot of the database, through the entry `through`. Or on to the last erasure, if that comes later: what
 * was erased is only told from what is missing by the entry that says so.
 */
export async function chainOn(
  snapshot: Kysely<Schema>,
  { name, incident, through }: { name: string; incident: number; through: number },
): Promise<Chain> {
  const end = Math.max(through, await readLastErasure(snapshot, name))
  return {
    async walk(seen) {
      const verdict = await walkChain(snapshot, name, {}, (entry, facts) => {
        if (entry.seq <= end) seen(entry, facts)
      })
      if (!verdict) throw new Error(`There is no timeline of ${name}`)
      return verdict
    },
    sealed: () => sealedBatches(snapshot, name, { through: end }),
    async *entries(seqs) {
      const read = (from: number) => readEntriesAt(snapshot, name, seqs.slice(from, from + ENTRIES))
      let reading = read(0)
      for (let from = 0; from < seqs.length; from += ENTRIES) {
        const batch = await reading
        // While these are told, Postgres reads the next ones; whoever tells may give up first.
        reading = read(from + ENTRIES)
        reading.catch(() => {})
        yield batch
      }
    },
    async *changes() {
      for (let after = 0; ; ) {
        const batch = await changesOf(snapshot, incident, { after, limit: CHANGES })
        const last = batch.at(-1)
        if (!last) return
        yield batch
        after = last.id
      }
    },
  }
}
