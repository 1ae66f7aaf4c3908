import { setTimeout as sleep } from 'node:timers/promises'
import { FIREBREAK } from '../timeline/entries.ts'
import { bind } from './catalogue.ts'
import type { Change } from './change.ts'
import { whyNotExecutable } from './check.ts'
import type { Context } from './context.ts'
import { type Held, IllegalMove, mine, move, withChange } from './move.ts'
import type { Bound, ChangeOperation, Observation, Step } from './operation.ts'
import { drift } from './plan.ts'
import { conclude, settle } from './settle.ts'
import { hasPassed, insertIntent, readSteps, renewLease, updateOutcome, updateState } from './store.ts'

/** How often an effect whose answer was lost is looked for before a person is asked. */
const LOOKS = 3

/** Claim → check → for each step intent, effect, outcome → watch it settle. Each arrow is a committed row. */
export async function execute(context: Context, id: number, stopping: AbortSignal): Promise<void> {
  const claimed = await withChange(context, id, null, async (held) => {
    if (held.change.state !== 'approved' || held.change.executeBy <= held.chain.now) return null
    return await move(held, 'claimed', FIREBREAK, null, lease(context, held))
  })
  if (!claimed) return
  await whileLeased(context, claimed, async () => {
    const found = resolve(context, claimed)
    // Both only look, so they look at the same time.
    const [problem, fresh] =
      'problem' in found
        ? [found.problem, null]
        : await Promise.all([whyNotExecutable(context, claimed, found.operation), replan(found, claimed)])
    const stale = problem ?? fresh?.stale ?? null
    if ('problem' in found || stale !== null || !fresh) {
      await mine(context, claimed, (held) => move(held, 'stale', FIREBREAK, stale, { finished_at: held.chain.now }))
      return
    }
    const applied = await applySteps(context, claimed, found, fresh.steps, stopping)
    if (applied) await settle(context, applied, found, fresh.steps, stopping)
  })
}

/** A worker went silent with this change in its hands: go on from what is on record, never blind. */
export async function takeOver(context: Context, id: number, stopping: AbortSignal): Promise<void> {
  const taken = await withChange(context, id, null, async (held) => {
    const { change, tx } = held
    // Asked again under the lock: another worker may have taken it over, or the silent one may have spoken.
    if (!(await hasPassed(tx.db, id, 'lease_until'))) return null
    if (change.state === 'claimed') {
      // A new epoch here too: were that worker only slow, it could still act on its claim before the next one.
      const fields = { epoch: change.epoch + 1, lease_until: null }
      await move(held, 'approved', FIREBREAK, 'the worker that claimed it went silent before it did anything', fields)
      return null
    }
    const fields = lease(context, held)
    if (!(await updateState(tx.db, change, change.state, fields))) return null
    return { ...change, epoch: fields.epoch }
  })
  if (!taken) return
  await whileLeased(context, taken, async () => {
    const found = resolve(context, taken)
    const rows = await readSteps(context.db, taken)
    const open = rows.find((row) => row.outcome === null)
    if ('problem' in found) {
      const { problem } = found
      if (taken.state === 'intended')
        await outcome(context, taken, open?.step ?? rows.length, 'unknown', problem, false)
      else await mine(context, taken, (held) => conclude(held, 'inconclusive', problem))
      return
    }
    const steps = taken.plan.steps.map((step, i) => rows[i]?.document ?? step)
    let applied: Change | null = taken
    if (taken.state === 'intended' && open) {
      const last = open.step === steps.length - 1
      const after = await outcome(
        context,
        taken,
        open.step,
        ...(await look(found, open.document, 'the worker stopped')),
        last,
      )
      applied =
        after.state === 'intended' ? await applySteps(context, after, found, steps, stopping, open.step + 1) : after
    } else if (taken.state === 'intended') {
      applied = await applySteps(context, taken, found, steps, stopping, rows.length)
    }
    if (applied?.state === 'applied') await settle(context, applied, found, steps, stopping)
  })
}

export interface Found {
  operation: ChangeOperation
  bound: Bound
}

function resolve(context: Context, change: Change): Found | { problem: string } {
  const operation = context.operations.find((o) => o.name === change.operation) as ChangeOperation | undefined
  if (!operation) return { problem: `${change.operation} is no operation of this release` }
  const binding = bind(context.services[change.service], context.targets, operation.on, change.environment)
  return 'problem' in binding
    ? { problem: `${change.service}: ${binding.problem}` }
    : { operation, bound: binding.bound }
}

/** Plans again at the last moment: inside of the approved envelope the fresh steps run, outside nothing does. */
async function replan({ operation, bound }: Found, change: Change): Promise<{ steps: Step[]; stale: string | null }> {
  try {
    const { steps } = await operation.plan(change.args, bound)
    return { steps, stale: drift(change.plan.steps, steps) }
  } catch (error) {
    return { steps: [], stale: `it could not be planned again: ${(error as Error).message}` }
  }
}

/** Applies the steps from `first` on; null when it stopped on the way. */
async function applySteps(
  context: Context,
  change: Change,
  { operation, bound }: Found,
  steps: Step[],
  stopping: AbortSignal,
  first = 0,
): Promise<Change | null> {
  let current = change
  for (const [index, step] of steps.entries()) {
    if (index < first) continue
    const since = performance.now()
    current = await mine(context, current, async (held) => {
      const { change: now, chain, tx } = held
      await insertIntent(tx.db, now, index, step, chain.now)
      const fields = { lease_until: leaseEnd(context, chain) }
      if (now.state === 'claimed') return await move(held, 'intended', FIREBREAK, null, fields)
      await updateState(tx.db, now, now.state, fields)
      return now
    })
    // Frozen between the intent and the effect for as long as the lease, somebody else may have looked already and
    // found nothing: an effect that comes after that look would be one that nobody knows of.
    if (performance.now() - since >= context.leaseMs) throw new IllegalMove('its lease ran out before it was applied')
    const seen = await apply({ operation, bound }, step, stopping)
    if (!seen) {
      // Its intent is on record: whoever starts next looks at once.
      await renewLease(context.db, current.id, current.epoch, 0)
      return null
    }
    current = await outcome(context, current, index, ...seen, index === steps.length - 1)
    if (current.state === 'failed' || current.state === 'unknown') return null
  }
  return current
}

type Outcome = 'applied' | 'failed' | 'unknown'

/** Null when the answer was lost and there is no time left to look what became of it. */
async function apply(found: Found, step: Step, stopping: AbortSignal): Promise<[Outcome, string | null] | null> {
  try {
    const result = await found.operation.apply(step, found.bound)
    if (result === 'applied') return ['applied', null]
    return ['failed', 'it changed between the last look and the change: nothing was done']
  } catch (error) {
    const { message, maybeApplied } = error as Error & { maybeApplied?: boolean }
    if (maybeApplied === false) return ['failed', message]
    return stopping.aborted ? null : await look(found, step, message)
  }
}

/**
 * The effect's answer was lost: what does the target show? The request may still be on its way, so that only what stays
 * absent was not applied.
 */
async function look(found: Found, step: Step, why: string): Promise<[Outcome, string | null]> {
  let absent = false
  let seen = 'it could not be looked at'
  for (let tries = 0; tries < LOOKS; tries++) {
    if (tries > 0) await sleep(1_000 * tries)
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

/** The step's outcome, and with the last step or a failure the change's. */
async function outcome(
  context: Context,
  change: Change,
  step: number,
  result: Outcome,
  observed: string | null,
  last: boolean,
): Promise<Change> {
  return await mine(context, change, async (held) => {
    const { chain, tx } = held
    await updateOutcome(tx.db, held.change, step, { outcome: result, observed, at: chain.now })
    if (result === 'applied' && !last) return held.change
    if (result !== 'applied') {
      return await move(held, result, FIREBREAK, observed, result === 'failed' ? { finished_at: chain.now } : {})
    }
    const until = new Date(chain.now.getTime() + held.change.plan.settleWithinMs)
    return { ...(await move(held, 'applied', FIREBREAK, observed, { verify_until: until })), verifyUntil: until }
  })
}

const leaseEnd = ({ leaseMs }: Context, { now }: Held['chain']): Date => new Date(now.getTime() + leaseMs)

const lease = (context: Context, { change, chain }: Held) => ({
  worker: context.worker,
  epoch: change.epoch + 1,
  lease_until: leaseEnd(context, chain),
})

/** Renews the lease while `work` goes on. */
async function whileLeased(context: Context, change: Change, work: () => Promise<void>): Promise<void> {
  const renew = () =>
    renewLease(context.db, change.id, change.epoch, context.leaseMs).catch((error) =>
      context.log.warn({ err: error, change: change.id }, 'Could not renew a lease'),
    )
  const timer = setInterval(renew, context.leaseMs / 3)
  try {
    await work()
  } finally {
    clearInterval(timer)
  }
}
