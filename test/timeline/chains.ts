import { createHash, createPrivateKey } from 'node:crypto'
import { withClient } from '../../src/storage/connection.ts'
import { canonical } from '../../src/timeline/canonical.ts'
import { type Facts, GENESIS, seal, toEntry } from '../../src/timeline/chain.ts'
import { type Entry, type EntryBody, FIREBREAK } from '../../src/timeline/entries.ts'
import { createSigner, type Signer } from '../../src/timeline/signing.ts'
import type { StoredEntry } from '../../src/timeline/verify.ts'
import { at } from '../support/examples.ts'

/** The same keys in every run, so that goldens hold their signatures. */
const key = (seed: number) => {
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex')
  return createPrivateKey({ key: Buffer.concat([prefix, Buffer.alloc(32, seed)]), type: 'pkcs8', format: 'der' })
}
export const signer: Signer = createSigner(key(1))
export const otherSigner: Signer = createSigner(key(2))

/** A chain in memory, entry by entry, as the ledger would make it. */
export function makeChain(chain = 'INC-7') {
  const entries: StoredEntry[] = []
  const head = () => entries.at(-1)?.hash ?? GENESIS.toString('hex')
  const made = {
    chain,
    entries,
    head,
    end: () => ({ length: entries.length, head: head() }),
    append(body: EntryBody) {
      const seq = entries.length + 1
      const place = { chain, seq, prev: Buffer.from(head(), 'hex'), now: at(seq), cause: null }
      const sealed = seal({ subject: chain, actor: FIREBREAK, body }, place)
      const { bytes, hash, salt, payload } = sealed
      entries.push({ seq, bytes: bytes.toString(), hash: hash.toString('hex'), salt: salt.toString('hex'), payload })
      return made
    },
    say: (reason: string) =>
      made.append({ type: 'operation.refused', line: 'scale checkout 5', code: 'denied', reason }),
    sign(by = signer) {
      const signed = { seq: entries.length, hash: head() }
      const signature = by.sign({ kind: 'chain-head', of: { chain, ...signed } })
      return made.append({ type: 'chain.signed', ...signed, ...signature })
    },
    erase(...seqs: number[]) {
      made.append({ type: 'timeline.erased', entries: seqs, reason: 'a password was in it', class: null })
      for (const seq of seqs) entries[seq - 1] = { ...(entries[seq - 1] as StoredEntry), salt: null, payload: null }
      return made
    },
  }
  return made
}

/** These entries as they would be stored, with what is read of them. */
export function sealed(entries: Entry[]): { entries: Entry[]; stored: StoredEntry[] } {
  let prev: Buffer = GENESIS
  const stored = entries.map((entry, i) => {
    const place = { chain: entry.chain, seq: i + 1, prev, now: entry.recordedAt, cause: entry.cause }
    const { bytes, hash, salt, payload } = seal(entry, place)
    prev = hash
    return { seq: i + 1, bytes: bytes.toString(), hash: hash.toString('hex'), salt: salt.toString('hex'), payload }
  })
  return { entries: stored.map(toEntry), stored }
}

/** The entry with other facts, and with the hash that goes with them. */
export function refit(entry: StoredEntry, change: Partial<Facts>): StoredEntry {
  const bytes = canonical({ ...JSON.parse(entry.bytes), ...change })
  return { ...entry, bytes, hash: createHash('sha256').update(bytes).digest('hex') }
}

/** A chain of the database made anew by who can write there but hasn't the key: all of it fits, signed with another one. */
export async function resign(migrateUrl: string, entries: Entry[]): Promise<void> {
  await withClient(migrateUrl, async (owner) => {
    let prev: Buffer = GENESIS
    for (const entry of entries) {
      const { chain, seq, cause } = entry
      const head = { seq: seq - 1, hash: prev.toString('hex') }
      const signature = otherSigner.sign({ kind: 'chain-head', of: { chain, ...head } })
      const body = entry.body.type === 'chain.signed' ? { ...entry.body, ...head, ...signature } : entry.body
      const { bytes, hash, salt, payload } = seal(
        { ...entry, body },
        { chain, seq, prev, now: entry.recordedAt, cause },
      )
      await owner.query('update timeline set bytes = $3, hash = $4 where chain = $1 and seq = $2', [
        chain,
        seq,
        bytes,
        hash,
      ])
      await owner.query('update payloads set salt = $3, body = $4 where chain = $1 and seq = $2', [
        chain,
        seq,
        salt,
        payload,
      ])
      await owner.query('update chains set head = $2 where chain = $1', [chain, hash])
      prev = hash
    }
  })
}
