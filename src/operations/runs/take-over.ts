import { FIREBREAK } from '../../timeline/entries.ts'
import type { Change } from '../change.ts'
import type { Context } from '../context.ts'
import { mine, move, withChange } from '../move.ts'
import { updateState } from '../store.ts'
import { applySteps, look, recordOutcome } from './apply.ts'
import { resolve } from './execute.ts'
import { claim, whileLeased } from './lease.ts'
import { conclude, settle } from './settle.ts'
import { hasPassed, readSteps } from './store.ts'

/** A worker went silent with this change in its hands: go on from what is on record, never blind. */
export async function takeOver(context: Context, id: number, stopping: AbortSignal): Promise<boolean> {
  const began = performance.now()
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
    const fields = claim(context, held)
    if (!(await updateState(tx.db, change, change.state, fields))) return null
    return { ...change, epoch: fields.epoch }
  })
  if (!taken) return true
  await whileLeased(context, taken, began, async (lease) => {
    const found = resolve(context, taken)
    const rows = await readSteps(context.db, taken)
    const open = rows.find((row) => row.outcome === null)
    if ('problem' in found) {
      const { problem } = found
      // Between two steps nothing is unknown: it stopped there.
      if (taken.state === 'intended')
        await recordOutcome(context, taken, open?.step ?? rows.length, open ? 'unknown' : 'failed', problem, false)
      else await mine(context, taken, (held) => conclude(held, 'inconclusive', problem))
      return
    }
    const steps = taken.plan.steps.map((step, i) => rows[i]?.document ?? step)
    const run = { found, steps, lease, stopping }
    const goOn = (change: Change, first: number) => applySteps(context, change, run, { first, before: null })
    let applied: Change | null = taken
    if (taken.state === 'intended' && open) {
      const last = open.step === steps.length - 1
      const seen = await look(context, found, open.document, 'the worker stopped')
      const after = await recordOutcome(context, taken, open.step, ...seen, last)
      applied = after.state === 'intended' ? await goOn(after, open.step + 1) : after
    } else if (taken.state === 'intended') {
      applied = await goOn(taken, rows.length)
    }
    if (applied?.state === 'applied') await settle(context, applied, found, steps, stopping)
  })
  return true
}
