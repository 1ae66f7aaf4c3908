import { asActor, type Person } from '../identity/person.ts'
import { changeName } from './change.ts'
import { whyNotSaid } from './check.ts'
import type { About } from './confirm.ts'
import type { Context } from './context.ts'
import { type Held, join, move, withChange } from './move.ts'
import { standing } from './plan.ts'
import { refuseDecision, refused } from './refusal.ts'
import { type Found, resolve } from './runs/execute.ts'
import { type RunStep, readSteps, updateOutcome } from './runs/store.ts'
import { readChange } from './store.ts'
import type { Decided } from './vote.ts'

export interface Marked extends About {
  as: 'applied' | 'failed'
}

/**
 * Settles an `unknown` outcome by a person's word. Whoever may ask for the operation may say what became of it. Marked
 * as applied it is then watched like any other.
 */
export async function markUnknown(context: Context, marked: Marked): Promise<Decided> {
  const { person, as } = marked
  const says = `marked as ${as === 'applied' ? 'applied' : 'not applied'} by ${person.name}`
  return await settleUnknown(context, marked, `mark as ${as}`, (held) => conclude(held, person, as, says))
}

/** Somebody has the target looked at once more. What it shows by now settles the outcome; if it can't tell, they are told. */
export async function lookAgain(context: Context, asked: About): Promise<Decided> {
  const change = await readChange(context.db, asked.change)
  if (!change) return refused('no_change', `there is no ${changeName(asked.change)}`)
  // Nothing is asked of the target for who may not ask; what is decided here is decided again under the lock.
  const { roles } = await context.identity.rolesOf(asked.person)
  const may = change.state === 'unknown' && (await whyNotSaid(context, change, roles)) === null
  const found = resolve(context, change)
  const step = may ? openStep(await readSteps(context.db, change)) : undefined
  const seen = 'problem' in found || !step ? null : await observe(found, step)
  return await settleUnknown(context, asked, 'look again at', async (held) => {
    const observed =
      'problem' in found ? found.problem : (seen?.summary ?? 'nothing is on record that could be looked for')
    const body = { type: 'change.observed', plan: change.planNumber, observed } as const
    await held.chain.append({ subject: changeName(change.id), actor: asActor(asked.person), body })
    const says = `${asked.person.name} had it looked at again: ${observed}`
    if (seen?.effect === 'present') await conclude(held, asked.person, 'applied', says)
    else if (seen?.effect === 'absent') await conclude(held, asked.person, 'failed', says)
  })
}

async function settleUnknown(
  context: Context,
  { person, cause, change: id }: About,
  verb: string,
  settle: (held: Held) => Promise<void>,
): Promise<Decided> {
  const { roles } = await context.identity.rolesOf(person)
  return await withChange(context, id, cause, async (held) => {
    const { change, tx } = held
    if (change.state !== 'unknown') return refused('decided', `${changeName(id)} is ${change.state} already`)
    const denial = await whyNotSaid({ ...context, db: tx.db }, change, roles)
    if (denial) return await refuseDecision(held, person, verb, 'denied', denial)
    await join(held, person)
    await settle(held)
    return { kind: 'done' }
  })
}

/** Of a change set what comes after this step was never begun, and isn't now: it stopped here. */
async function conclude(held: Held, person: Person, as: 'applied' | 'failed', why: string): Promise<void> {
  const { tx, chain, change } = held
  const { steps, settleWithinMs } = change.plan
  const step = openStep(await readSteps(tx.db, change))
  if (step) await updateOutcome(tx.db, change, step.step, { outcome: as, observed: why, at: chain.now })
  const stopped = as === 'failed' || (step !== undefined && step.step < steps.length - 1)
  const says = [why, ...(step && stopped ? standing(steps, step.step, as) : [])].join('; ')
  if (stopped) await move(held, 'failed', asActor(person), says, { finished_at: chain.now })
  else {
    const until = new Date(chain.now.getTime() + settleWithinMs)
    await move(held, 'applied', asActor(person), says, { verify_until: until, lease_until: chain.now })
  }
}

const openStep = (steps: RunStep[]): RunStep | undefined => steps.find(({ outcome }) => outcome === 'unknown')

async function observe({ operation, bound }: Found, { document }: RunStep) {
  return await operation.observe(document, bound).catch((error: Error) => ({
    effect: 'unknown' as const,
    summary: `it could not be looked at: ${error.message}`,
  }))
}
