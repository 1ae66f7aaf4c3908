import type { Transaction } from 'kysely'
import type { Schema } from '../../storage/schema.ts'
import type { HeldChain, Ledger } from '../../timeline/ledger.ts'
import { incidentName } from '../incident.ts'
import { readStatus } from './store.ts'

/** An incident whose chain this transaction holds. */
export interface Held {
  db: Transaction<Schema>
  chain: HeldChain
  incident: number
}

/**
 * One transaction about what people said in an incident: in every status, since people go on talking after it is resolved,
 * but for closed and cancelled ones. What was signed and read as a whole does not change under its readers. A cancelled one
 * that is opened again is filled up from Slack.
 *
 * The same cause a second time throws `DuplicateCause`, unless there is nothing to record.
 */
export async function recording(
  ledger: Ledger,
  { incident, cause }: { incident: number; cause: string },
  work: (held: Held) => Promise<void>,
): Promise<void> {
  await ledger.transaction(cause, async (tx) => {
    const chain = await tx.hold(incidentName(incident))
    const status = await readStatus(tx.db, incident)
    if (status === null || status === 'closed' || status === 'cancelled') return
    await work({ db: tx.db, chain, incident })
  })
}
