import { FIREBREAK } from '../../timeline/entries.ts'
import { bind } from '../catalogue.ts'
import type { Change } from '../change.ts'
import { whyNotExecutable } from '../check.ts'
import type { Context } from '../context.ts'
import { standingHold } from '../holds/store.ts'
import { takeLocks } from '../locks/store.ts'
import { type Held, mine, move, note, withChange } from '../move.ts'
import type { Bound, ChangeOperation, Step } from '../operation.ts'
import { drift, objectsOf } from '../plan.ts'
import { applySteps } from './apply.ts'
import { claim, whileLeased } from './lease.ts'
import { settle } from './settle.ts'
import { waitsFor } from './waits.ts'

/** Claim → check → for each step intent, effect, outcome → watch it settle. Each arrow is a committed row. */
export async function execute(context: Context, id: number, stopping: AbortSignal): Promise<boolean> {
  const began = performance.now()
  const claimed = await withChange(context, id, null, async (held) => {
    if (held.change.state !== 'approved' || held.change.executeBy <= held.chain.now) return null
    const wait = await whyNotYet(held)
    if (wait === null) return await move(held, 'claimed', FIREBREAK, null, claim(context, held))
    await note(held, wait)
    return null
  })
  if (!claimed) return false
  await whileLeased(context, claimed, began, async (lease) => {
    const found = resolve(context, claimed)
    // All of them only look, so they look at the same time.
    const [problem, fresh, before] =
      'problem' in found
        ? [found.problem, null, null]
        : await Promise.all([
            whyNotExecutable(context, claimed, found.operation),
            planAgain(found, claimed),
            howItIs(found),
          ])
    const stale = problem ?? fresh?.stale ?? null
    if ('problem' in found || stale !== null || !fresh) {
      await mine(context, claimed, (held) => move(held, 'stale', FIREBREAK, stale, { finished_at: held.chain.now }))
      return
    }
    const run = { found, steps: fresh.steps, lease, stopping }
    const applied = await applySteps(context, claimed, run, { first: 0, before })
    if (applied) await settle(context, applied, found, fresh.steps, stopping)
  })
  return true
}

/** What an approved change has to wait for; null when it may run. The way back never waits for another change. */
async function whyNotYet({ tx, chain, change }: Held): Promise<string | null> {
  const hold = (await standingHold(tx.db))?.reason ?? null
  if (hold !== null || change.undoes !== null) return waitsFor({ hold, holder: null })
  const holder = await takeLocks(tx.db, change.id, objectsOf(change.target, change.plan.steps), chain.now)
  return waitsFor({ hold, holder })
}

/** What a change acts with and on. */
export interface Found {
  operation: ChangeOperation
  bound: Bound
}

export function resolve(context: Context, change: Change): Found | { problem: string } {
  const operation = context.operations.find((o) => o.name === change.operation) as ChangeOperation | undefined
  if (!operation) return { problem: `${change.operation} is no operation of this release` }
  const binding = bind(context.rules(), change.service, operation.on, change.environment)
  return 'problem' in binding
    ? { problem: `${change.service}: ${binding.problem}` }
    : { operation, bound: binding.bound }
}

/** Plans again at the last moment: inside of the approved envelope the fresh steps run, outside nothing does. */
async function planAgain(
  { operation, bound }: Found,
  { args, plan }: Change,
): Promise<{ steps: Step[]; stale: string | null }> {
  try {
    const { steps } = await operation.plan(args, bound, new Date(plan.at))
    return { steps, stale: drift(plan.steps, steps) }
  } catch (error) {
    return { steps: [], stale: `it could not be planned again: ${(error as Error).message}` }
  }
}

/** How the service is before the effect. That it can't be told doesn't keep anybody from mending it. */
async function howItIs({ operation, bound }: Found): Promise<string | null> {
  return await operation.check(bound).then(
    ({ summary }) => summary,
    () => null,
  )
}
