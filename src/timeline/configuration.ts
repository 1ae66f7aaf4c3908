import { isDeepStrictEqual } from 'node:util'
import type { Kysely } from 'kysely'
import type { Schema } from '../storage/schema.ts'
import { insertConfiguration, readConfiguration } from './configurations/store.ts'
import { FIREBREAK } from './entries.ts'
import { GENERAL, type Ledger } from './ledger.ts'
import { lastEntry } from './store.ts'

const SUBJECT = 'configuration'

/**
 * Puts on record that a configuration holds, unless it is the last one on record: several replicas load the same file.
 * `compare` tells in short lines what is different from that one.
 *
 * @param file `hash`: SHA-256 of its text, hex; `written`: its data, without any secret
 */
export async function recordLoaded(
  ledger: Ledger,
  { hash, written }: { hash: string; written: unknown },
  compare: (before: unknown, after: unknown) => string[],
): Promise<void> {
  await ledger.transaction(null, async (tx) => {
    const chain = await tx.hold(GENERAL)
    const last = await lastEntry(tx.db, GENERAL, ['config.loaded'])
    const before = last?.body.type === 'config.loaded' ? last.body.hash : null
    if (before === hash) return
    const known = before === null ? null : await readConfiguration(tx.db, before)
    await insertConfiguration(tx.db, hash, written)
    const differences = known ? compare(known.written, written) : ['the first one on record']
    await chain.append({ subject: SUBJECT, actor: FIREBREAK, body: { type: 'config.loaded', hash, differences } })
  })
}

/** Puts on record that a changed configuration can't be used, unless that is what was said of it last. */
export async function recordRejected(ledger: Ledger, problems: string[]): Promise<void> {
  await ledger.transaction(null, async (tx) => {
    const chain = await tx.hold(GENERAL)
    const last = await lastEntry(tx.db, GENERAL, ['config.loaded', 'config.rejected'])
    if (last?.body.type === 'config.rejected' && last.body.problems.join('\n') === problems.join('\n')) return
    await chain.append({ subject: SUBJECT, actor: FIREBREAK, body: { type: 'config.rejected', problems } })
  })
}

/** Which channel each name in the configuration meant when Slack said it last: `{ '#incidents': 'C0123' }`. */
export async function lastChannels(db: Kysely<Schema>): Promise<Record<string, string>> {
  const last = await lastEntry(db, GENERAL, ['config.channels'])
  return last?.body.type === 'config.channels' ? last.body.channels : {}
}

/** Puts on record which channel each name means, unless that is what was said last. */
export async function recordChannels(ledger: Ledger, channels: Record<string, string>): Promise<void> {
  await ledger.transaction(null, async (tx) => {
    const chain = await tx.hold(GENERAL)
    if (isDeepStrictEqual(await lastChannels(tx.db), channels)) return
    await chain.append({ subject: SUBJECT, actor: FIREBREAK, body: { type: 'config.channels', channels } })
  })
}
