import type { Kysely, Transaction } from 'kysely'
import type { Schema } from '../storage/schema.ts'
import { GENESIS, seal } from './chain.ts'
import type { NewEntry } from './entries.ts'
import { insertEntry, isDuplicateCause, lockChain } from './store.ts'

/** The chain of what belongs to no incident. */
export const GENERAL = 'general'

/** This gesture (event_id, trigger_id, …) is on record already: Slack delivered it twice. Nothing was done. */
export class DuplicateCause extends Error {
  readonly code = 'duplicate_cause'
}

/** A chain that this transaction holds the lock of. */
export interface HeldChain {
  name: string
  /** The database's time, in milliseconds; every entry of this transaction has it. */
  now: Date
  /** How many entries it had when it was locked. */
  seq: number
  /** Adds an entry; returns its place in the chain. */
  append(entry: NewEntry): Promise<number>
}

export interface LedgerTransaction {
  db: Transaction<Schema>
  /**
   * Locks a chain until the end of the transaction, making it when it's new. A transaction holds one chain at most:
   * so no two can wait for each other.
   */
  hold(chain: string): Promise<HeldChain>
}

export interface Ledger {
  /**
   * Runs `change` in one transaction: what it writes and the entries that say so commit together. `cause` is what made
   * a person's gesture happen; it goes on the first entry, and a second time throws `DuplicateCause`. An error that has
   * `maybeCommitted` leaves open whether all of it is recorded or nothing; any other error means nothing.
   */
  transaction<T>(cause: string | null, change: (tx: LedgerTransaction) => Promise<T>): Promise<T>
  /** Called after each commit with the chain that grew; in this process only (others hear NOTIFY). */
  onAppend(listener: (chain: string) => void): void
}

export function createLedger(db: Kysely<Schema>): Ledger {
  const listeners: ((chain: string) => void)[] = []
  return {
    onAppend: (listener) => void listeners.push(listener),
    async transaction(cause, change) {
      let held: HeldChain | null = null
      let grew = false
      let changed = false
      const result = await db
        .transaction()
        .execute(async (trx) => {
          const result = await change({
            db: trx,
            async hold(name) {
              if (held) throw new Error(`Holds ${held.name} already, and asked for ${name}: one chain a transaction`)
              const row = await lockChain(trx, name, GENESIS)
              let { seq, head } = row
              held = {
                name,
                now: row.now,
                seq: row.seq,
                async append(entry) {
                  const sealed = seal(entry, {
                    chain: name,
                    seq: seq + 1,
                    prev: head,
                    now: row.now,
                    cause: grew ? null : cause,
                  })
                  await insertEntry(trx, sealed)
                  grew = true
                  head = sealed.hash
                  seq += 1
                  return seq
                },
              }
              return held
            },
          })
          changed = true
          return result
        })
        .catch((error) => {
          // Only the commit was left to do: the answer to it is missing, not necessarily the commit.
          if (changed && error instanceof Error) Object.assign(error, { maybeCommitted: true })
          if (isDuplicateCause(error)) throw new DuplicateCause(`${cause} is on record already`, { cause: error })
          throw error
        })
      if (grew) for (const listener of listeners) listener((held as HeldChain | null)?.name ?? GENERAL)
      return result
    },
  }
}
