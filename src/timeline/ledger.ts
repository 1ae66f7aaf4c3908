import type { Kysely, Transaction } from 'kysely'
import { createRedactor, type Redactor } from '../redaction/redactor.ts'
import type { Schema } from '../storage/schema.ts'
import { GENESIS, seal } from './chain.ts'
import { FIREBREAK, type NewEntry } from './entries.ts'
import type { Signer } from './signing.ts'
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
  /** For what is stored beside the chain and says the same as an entry of it. */
  redact(text: string): string
  /**
   * Adds an entry, redacted; returns its place in the chain. `aside`: it comes along with the next one, which is what the
   * transaction's cause made happen.
   */
  append(entry: NewEntry, how?: { aside: true }): Promise<number>
  /** Adds an entry that signs the chain as it is now; nothing, where the ledger has no signer. */
  sign(): Promise<void>
}

/** The last entry of a chain. */
export interface ChainEnd {
  seq: number
  /** Hex. */
  hash: string
  recordedAt: Date
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
   * a person's gesture happen; it goes on the first entry that isn't aside, and a second time throws `DuplicateCause`. An
   * error that has `maybeCommitted` leaves open whether all of it is recorded or nothing; any other error means nothing.
   */
  transaction<T>(cause: string | null, change: (tx: LedgerTransaction) => Promise<T>): Promise<T>
  /** Called after each commit with the chain that grew, its end and what is new; in this process only (others hear NOTIFY). */
  onAppend(listener: (chain: string, end: ChainEnd, entries: NewEntry[]) => void): void
}

const BUILT_IN: Redactor = createRedactor({ emails: false, patterns: [], secrets: [] })

/**
 * Every payload is redacted before it is sealed: nothing else is ever hashed, stored, projected or exported.
 *
 * @param tools `signer`: without one (in tests) no head is signed
 */
export function createLedger(
  db: Kysely<Schema>,
  { signer, redact = BUILT_IN }: { signer?: Signer; redact?: Redactor } = {},
): Ledger {
  const listeners: Parameters<Ledger['onAppend']>[0][] = []
  return {
    onAppend: (listener) => void listeners.push(listener),
    async transaction(cause, change) {
      let held: HeldChain | null = null
      let end: ChainEnd | null = null
      const entries: NewEntry[] = []
      let untold = cause
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
                redact: redact.text,
                async append(entry, how) {
                  const sealed = seal(redacted(entry, redact), {
                    chain: name,
                    seq: seq + 1,
                    prev: head,
                    now: row.now,
                    cause: how?.aside ? null : untold,
                  })
                  await insertEntry(trx, sealed)
                  if (!how?.aside) untold = null
                  head = sealed.hash
                  seq += 1
                  end = { seq, hash: head.toString('hex'), recordedAt: row.now }
                  entries.push(entry)
                  return seq
                },
                async sign() {
                  if (!signer) return
                  const signed = { seq, hash: head.toString('hex') }
                  const signature = signer.sign({ kind: 'chain-head', of: { chain: name, ...signed } })
                  const body = { type: 'chain.signed', ...signed, ...signature } as const
                  await this.append({ subject: name, actor: FIREBREAK, body })
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
      const grown = end as ChainEnd | null
      const chain = (held as HeldChain | null)?.name ?? GENERAL
      if (grown) for (const listener of listeners) listener(chain, grown, entries)
      return result
    },
  }
}

const redacted = ({ actor, body, ...entry }: NewEntry, redact: Redactor): NewEntry => ({
  ...entry,
  actor: { ...actor, name: redact.text(actor.name) },
  body: redact.value(body),
})
