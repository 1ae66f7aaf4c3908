import { setTimeout as sleep } from 'node:timers/promises'
import pRetry from 'p-retry'
import { isDatabaseAway } from '../../storage/away.ts'
import { FIREBREAK } from '../../timeline/entries.ts'
import type { Change } from '../change.ts'
import type { Context } from '../context.ts'
import { IllegalMove, mine, move } from '../move.ts'
import type { Observation, Step } from '../operation.ts'
import { standing } from '../plan.ts'
import type { State } from '../states.ts'
import { updateState } from '../store.ts'
import type { Found } from './execute.ts'
import { lastLook } from './last-look.ts'
import { type Lease, leaseEnd } from './lease.ts'
import { insertIntent, renewLease, updateOutcome } from './store.ts'

/** How often an effect whose answer was lost is looked for before a person is asked. */
const LOOKS = 3
/** What never reached the target is sent again so often, where the operation's effect allows it. */
const RETRIES = { retries: 2, minTimeout: 500, factor: 2 }

/** Nobody else can tell who made an effect: while the database is away, what is known is kept for as long as the lease. */
const RECORDING = { retries: Number.POSITIVE_INFINITY, minTimeout: 100, maxTimeout: 1_000, factor: 2 }

class NotYet extends Error {
  readonly code = 'not_yet'
}
const isPassing = (error: Error): boolean => error instanceof NotYet || isDatabaseAway(error)

export interface Run {
  found: Found
  steps: Step[]
  lease: Lease
  stopping: AbortSignal
}

/** Applies the steps from `first` on; null when it stopped on the way: at the first failure nothing more is done. */
export async function applySteps(
  context: Context,
  change: Change,
  { found, steps, lease, stopping }: Run,
  { first, before }: { first: number; before: string | null },
): Promise<Change | null> {
  let current = change
  for (const [index, step] of steps.entries()) {
    if (index < first) continue
    current = await mine(context, current, async (held) => {
      const { change: now, chain, tx } = held
      if (now.state === 'claimed') {
        const stopped = await lastLook(context, held)
        if (stopped) return stopped
      }
      await insertIntent(tx.db, now, index, step, chain.now)
      const fields = { lease_until: leaseEnd(context, chain), ...(before !== null && { seen_before: before }) }
      if (now.state === 'claimed') return await move(held, 'intended', FIREBREAK, null, fields)
      await updateState(tx.db, now, now.state, fields)
      return now
    })
    if (current.state !== 'intended') return null
    const seen = await apply(context, found, step, { lease, stopping })
    if (!seen) {
      // Its intent is on record: whoever starts next looks at once.
      await renewLease(context.db, current.id, current.epoch, 0)
      return null
    }
    const known = current
    current = await pRetry(
      async (attempt) => {
        lease.assertHeld()
        // It may be another server by now, which lost the intent: first that has to be looked at.
        if (attempt > 1 && (await context.recovering()))
          throw new NotYet('whether the ledger lost entries is not known')
        return await recordOutcome(context, known, index, ...seen, index === steps.length - 1)
      },
      { ...RECORDING, shouldRetry: ({ error }) => isPassing(error) && !stopping.aborted },
    )
    if (current.state === 'failed' || current.state === 'unknown') return null
  }
  return current
}

export type Outcome = 'applied' | 'failed' | 'unknown'

/** Null when the answer was lost and there is no time left to look what became of it. */
async function apply(
  context: Context,
  found: Found,
  step: Step,
  { lease, stopping }: Pick<Run, 'lease' | 'stopping'>,
): Promise<[Outcome, string | null] | null> {
  const { operation, bound } = found
  lease.assertHeld()
  try {
    const result = await pRetry(
      () => {
        lease.assertHeld()
        return operation.apply(step, bound)
      },
      { ...RETRIES, shouldRetry: ({ error }) => operation.effect !== 'once' && neverArrived(error) },
    )
    if (result === 'applied') return ['applied', null]
    return ['failed', 'it changed between the last look and the change: nothing was done']
  } catch (error) {
    const { message, maybeApplied } = error as Error & { maybeApplied?: boolean }
    if (maybeApplied === false) return ['failed', message]
    return stopping.aborted ? null : await look(context, found, step, message)
  }
}

/** The adapter says that nothing reached the target, and that it may the next time. */
const neverArrived = (error: Error & { maybeApplied?: boolean; transient?: boolean }): boolean =>
  error.maybeApplied === false && error.transient === true

/**
 * The effect's answer was lost: what does the target show? The request may still be on its way, so that only what stays
 * absent was not applied.
 */
export async function look(
  { lookEveryMs }: Pick<Context, 'lookEveryMs'>,
  found: Found,
  step: Step,
  why: string,
): Promise<[Outcome, string | null]> {
  let absent = false
  let seen = 'it could not be looked at'
  for (let tries = 0; tries < LOOKS; tries++) {
    if (tries > 0) await sleep(lookEveryMs * tries)
    try {
      const { effect, summary }: Observation = await found.operation.observe(step, found.bound)
      if (effect === 'present') return ['applied', summary]
      absent = effect === 'absent'
      seen = summary
    } catch (error) {
      absent = false
      seen = (error as Error).message
    }
  }
  return absent ? ['failed', `${why}; it was not applied (${seen})`] : ['unknown', `${why}; seen since: ${seen}`]
}

const RECORDED: State[] = ['applied', 'failed', 'unknown']

/** The step's outcome, and with the last step or a failure the change's. */
export async function recordOutcome(
  context: Context,
  change: Change,
  step: number,
  result: Outcome,
  observed: string | null,
  last: boolean,
): Promise<Change> {
  return await mine(context, change, async (held) => {
    const { chain, tx } = held
    // It was recorded, and only the answer to that was lost.
    if (RECORDED.includes(held.change.state)) return held.change
    const intended = await updateOutcome(tx.db, held.change, step, { outcome: result, observed, at: chain.now })
    if (result === 'applied' && !intended) throw new IllegalMove('the intent of an effect is on record no more')
    if (result === 'applied' && !last) return held.change
    if (result !== 'applied') {
      const says = [observed ?? result, ...standing(held.change.plan.steps, step, result)].join('; ')
      return await move(held, result, FIREBREAK, says, result === 'failed' ? { finished_at: chain.now } : {})
    }
    const until = new Date(chain.now.getTime() + held.change.plan.settleWithinMs)
    return { ...(await move(held, 'applied', FIREBREAK, observed, { verify_until: until })), verifyUntil: until }
  })
}
