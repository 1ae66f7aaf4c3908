import { type Change, changeName } from '../change.ts'
import type { Context } from '../context.ts'
import { type Held, IllegalMove } from '../move.ts'
import { renewLease } from './store.ts'

/** This worker's hold on a change, for as long as it gives signs of life. */
export interface Lease {
  /**
   * Throws when it ran out: frozen for so long, somebody else may have looked already and found nothing, and an effect
   * after that look would be one that nobody knows of.
   */
  assertHeld(): void
}

/** Until when a claim holds, by the database's clock. */
export const leaseEnd = ({ leaseMs }: Context, { now }: Held['chain']): Date => new Date(now.getTime() + leaseMs)

/** What a claim writes: another epoch fences off whoever had it before. */
export const claim = (context: Context, { change, chain }: Held) => ({
  worker: context.worker,
  epoch: change.epoch + 1,
  lease_until: leaseEnd(context, chain),
})

/** Renews the lease while `work` goes on. It began at the latest when this is called. */
export async function whileLeased(
  context: Context,
  change: Change,
  began: number,
  work: (lease: Lease) => Promise<void>,
): Promise<void> {
  let until = began + context.leaseMs
  async function renew() {
    const sent = performance.now()
    try {
      if (await renewLease(context.db, change.id, change.epoch, context.leaseMs)) until = sent + context.leaseMs
    } catch (error) {
      context.log.warn({ err: error }, 'Could not renew a lease')
    }
  }
  const timer = setInterval(() => void renew(), context.leaseMs / 3)
  try {
    await work({
      assertHeld() {
        if (performance.now() >= until) throw new IllegalMove(`the lease of ${changeName(change.id)} ran out`)
      },
    })
  } finally {
    clearInterval(timer)
  }
}
