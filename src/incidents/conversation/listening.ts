import type { Kysely } from 'kysely'
import type { Schema } from '../../storage/schema.ts'
import { FIREBREAK } from '../../timeline/entries.ts'
import { DuplicateCause, type Ledger } from '../../timeline/ledger.ts'
import { incidentName } from '../incident.ts'
import { recording } from './recording.ts'
import { openSince, readListening, touchListening } from './store.ts'

/** A gap as short as this is a restart, or Slack's own refresh of a connection. */
const SHORT_MS = 60_000

/**
 * Puts on record that Slack is heard now. When it was not for more than a minute, an entry says so in each incident that
 * was open meanwhile, whether or not anything is known to have been said there: what was posted and deleted again in that
 * time has left no trace. Of several replicas that find the same gap one records it.
 *
 * @param everyMs how often that is worth a write
 * @returns whether there was such a gap
 */
export async function keepListening(db: Kysely<Schema>, ledger: Ledger, everyMs: number): Promise<boolean> {
  const { heardAt, now } = await readListening(db)
  const missed = heardAt !== null && now.getTime() - heardAt.getTime() > SHORT_MS
  if (missed) {
    const [from, to] = [heardAt.toISOString(), now.toISOString()]
    for (const incident of await openSince(db, heardAt)) await recordMissed(ledger, incident, { from, to })
  }
  await touchListening(db, everyMs)
  return missed
}

async function recordMissed(ledger: Ledger, incident: number, span: { from: string; to: string }) {
  const subject = incidentName(incident)
  try {
    await recording(ledger, { incident, cause: `missed:${subject}:${span.from}` }, async ({ chain }) => {
      await chain.append({ subject, actor: FIREBREAK, body: { type: 'messages.missed', ...span } })
    })
  } catch (error) {
    if (!(error instanceof DuplicateCause)) throw error
  }
}
