import { randomBytes } from 'node:crypto'
import { canonical, sha256 } from './canonical.ts'
import type { Actor, Entry, EntryBody, NewEntry } from './entries.ts'

/** What the first entry of a chain names as the one before. */
export const GENESIS = Buffer.alloc(32)

/**
 * The facts of an entry, as they are hashed. The payload is only committed to (SHA-256 of a salt and its bytes), so
 * that it can be erased and the chain still verifies. Times in milliseconds, ISO 8601, UTC.
 */
export interface Facts {
  v: 1
  chain: string
  seq: number
  prev: string
  type: string
  subject: string
  actor: string
  occurred_at: string
  recorded_at: string
  cause: string | null
  payload: string
}

export interface Sealed {
  facts: Facts
  bytes: Buffer
  hash: Buffer
  salt: Buffer
  payload: string
}

/** The entry that follows `head`, ready to be stored. */
export function seal(
  entry: NewEntry,
  at: { chain: string; seq: number; prev: Buffer; now: Date; cause: string | null },
): Sealed {
  const { type, ...data } = entry.body
  const { name, account } = entry.actor
  const payload = canonical({ name, account, data })
  const salt = randomBytes(16)
  const facts: Facts = {
    v: 1,
    chain: at.chain,
    seq: at.seq,
    prev: at.prev.toString('hex'),
    type,
    subject: entry.subject,
    actor: entry.actor.id,
    occurred_at: (entry.occurredAt ?? at.now).toISOString(),
    recorded_at: at.now.toISOString(),
    cause: at.cause,
    payload: sha256(salt, payload).toString('hex'),
  }
  const bytes = Buffer.from(canonical(facts))
  return { facts, bytes, hash: sha256(bytes), salt, payload }
}

/** A stored entry as it is read. */
export const toEntry = ({ bytes, ...stored }: { bytes: string; hash: string; payload: string | null }): Entry =>
  entryOf(JSON.parse(bytes) as Facts, stored)

/** The same, for whoever has read its facts. */
export function entryOf(facts: Facts, { hash, payload }: { hash: string; payload: string | null }): Entry {
  // Most happened when they were recorded, and reading a time takes as long as reading the rest.
  const recordedAt = new Date(facts.recorded_at)
  const { actor, type, data } = toldBy(facts, payload)
  return {
    chain: facts.chain,
    seq: facts.seq,
    subject: facts.subject,
    occurredAt: facts.occurred_at === facts.recorded_at ? new Date(recordedAt) : new Date(facts.occurred_at),
    recordedAt,
    cause: facts.cause,
    hash,
    actor,
    body: { type, ...data } as EntryBody,
  }
}

/** What the payload adds to the facts. Without it an entry says no more than that it was erased; its actor has no name. */
export function toldBy({ type, actor }: Facts, payload: string | null): { actor: Actor; type: string; data: object } {
  if (payload === null) return { actor: { id: actor, name: actor }, type: 'erased', data: { was: type } }
  const { name, account, data } = JSON.parse(payload)
  return { actor: { id: actor, name, ...(account && { account }) }, type, data }
}
