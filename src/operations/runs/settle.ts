import { setTimeout as sleep } from 'node:timers/promises'
import { FIREBREAK } from '../../timeline/entries.ts'
import type { Change } from '../change.ts'
import type { Context } from '../context.ts'
import { type Held, mine, move, note } from '../move.ts'
import type { Observation, Step } from '../operation.ts'
import type { State } from '../states.ts'
import type { Found } from './execute.ts'
import { hasPassed, renewLease } from './store.ts'

/** Progress is evidence, but a rollout of 200 pods needn't fill the timeline. */
const SAY_EVERY_MS = 2_000
/** Whoever waits for a quarter of a second is told within a tenth of it; what takes minutes needn’t be looked at so often. */
const FIRST_LOOKS_MS = 25

/** Looks at an applied change until it settled, somebody reset it, it failed, or its time is up. */
export async function settle(
  context: Context,
  change: Change,
  found: Found,
  steps: Step[],
  stopping: AbortSignal,
): Promise<void> {
  const since = performance.now()
  let said = { summary: change.detail, at: 0 }
  for (;;) {
    const seen = await observe(found, steps)
    const end =
      verdict(seen, appliedAt(change)) ??
      ((await hasPassed(context.db, change.id, 'verify_until')) ? 'inconclusive' : null)
    if (end) {
      await mine(context, change, (held) => {
        const seconds = Math.round((held.chain.now.getTime() - appliedAt(change).getTime()) / 1000)
        return conclude(held, end, end === 'succeeded' ? `${seen.summary} after ${seconds} s` : seen.summary)
      })
      return
    }
    if (seen.summary !== said.summary && Date.now() - said.at >= SAY_EVERY_MS) {
      await mine(context, change, (held) => note(held, seen.summary))
      said = { summary: seen.summary, at: Date.now() }
    }
    const pause = Math.min(context.lookEveryMs, Math.max(FIRST_LOOKS_MS, (performance.now() - since) / 10))
    await sleep(pause, undefined, { signal: stopping }).catch(() => {})
    if (stopping.aborted) {
      // Only watching is left: whoever starts next goes on at once.
      await renewLease(context.db, change.id, change.epoch, 0)
      return
    }
  }
}

/** Ends an applied change: nobody watches it any more. */
export const conclude = (held: Held, end: State, detail: string): Promise<Change> =>
  move(held, end, FIREBREAK, detail, { finished_at: held.chain.now, lease_until: null })

/** The deadline was set when the effect was there. */
const appliedAt = ({ verifyUntil, plan }: Change): Date => new Date((verifyUntil?.getTime() ?? 0) - plan.settleWithinMs)

/** The whole change's state: settled when every step is and the service is healthy, otherwise what isn't. */
async function observe({ operation, bound }: Found, steps: Step[]): Promise<Observation> {
  try {
    const all = await Promise.all(steps.map((step) => operation.observe(step, bound)))
    const unsettled = all.find((o) => o.effect !== 'present' || o.health !== 'settled')
    if (unsettled) return unsettled
    const { healthy, summary } = await operation.check(bound)
    return { effect: 'present', health: healthy ? 'settled' : 'settling', summary }
  } catch (error) {
    return { effect: 'unknown', health: 'settling', summary: `could not look: ${(error as Error).message}` }
  }
}

function verdict({ effect, health, failedSince }: Observation, appliedAt: Date) {
  if (effect === 'absent' || effect === 'other') return 'overridden'
  if (effect === 'present' && health === 'settled') return 'succeeded'
  // What was broken before may be mended by this very change.
  const before = failedSince !== undefined && failedSince <= appliedAt
  if (effect === 'present' && health === 'failed' && !before) return 'failed'
  return null
}
