import { isRevoked } from '../../identity/store.ts'
import { FIREBREAK } from '../../timeline/entries.ts'
import type { Change } from '../change.ts'
import { whoCounts } from '../check.ts'
import type { Context } from '../context.ts'
import { standingHold } from '../holds/store.ts'
import { type Held, move } from '../move.ts'
import { waitsFor } from './waits.ts'

/**
 * What may have come to be so while the target was looked at, which takes seconds: everything is held, somebody's rights
 * were revoked, its time is up. Asked in the transaction of the first intent; moves the change then, and returns it.
 */
export async function lastLook({ identity }: Context, held: Held): Promise<Change | null> {
  const { tx, chain, change } = held
  const stale = (why: string) => move(held, 'stale', FIREBREAK, why, { finished_at: chain.now })
  if (change.executeBy <= chain.now) return await stale('it was not executed in time')
  const people = whoCounts(change).flatMap((person) => identity.idsOf(person))
  if (await isRevoked(tx.db, people)) return await stale('somebody’s rights were revoked on whose word it was to run')
  const hold = await standingHold(tx.db)
  if (!hold) return null
  return await move(held, 'approved', FIREBREAK, waitsFor({ hold: hold.reason, holder: null }), { lease_until: null })
}
