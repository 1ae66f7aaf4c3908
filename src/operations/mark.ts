import { asActor, type Person } from '../identity/person.ts'
import { rolesOf } from '../identity/roles.ts'
import { changeName } from './change.ts'
import { whyNotAllowed } from './check.ts'
import type { Context } from './context.ts'
import { move, withChange } from './move.ts'
import { refuseDecision, refused } from './refusal.ts'
import { readSteps, updateOutcome } from './store.ts'
import type { Decided } from './vote.ts'

export interface Marked {
  person: Person
  cause: string
  change: number
  as: 'applied' | 'failed'
}

/**
 * Settles an `unknown` outcome by a person's word. Whoever may ask for the operation may say what became of it. Marked
 * as applied it is then watched like any other.
 */
export async function markUnknown(context: Context, { person, cause, change: id, as }: Marked): Promise<Decided> {
  const roles = await rolesOf(person, context.roles, context.directory)
  return await withChange(context, id, cause, async (held) => {
    const { change, chain, tx } = held
    if (change.state !== 'unknown') {
      return refused('decided', `${changeName(id)} is ${change.state} already`)
    }
    const denial = await whyNotAllowed({ db: tx.db, policy: context.policy }, change, roles)
    if (denial) return await refuseDecision(held, person, `mark as ${as}`, 'denied', denial)
    const says = `marked as ${as === 'applied' ? 'applied' : 'not applied'} by ${person.name}`
    const step = (await readSteps(tx.db, change)).find(({ outcome }) => outcome === 'unknown')
    if (step) await updateOutcome(tx.db, change, step.step, { outcome: as, observed: says, at: chain.now })
    if (as === 'failed') await move(held, 'failed', asActor(person), says, { finished_at: chain.now })
    else {
      const until = new Date(chain.now.getTime() + change.plan.settleWithinMs)
      await move(held, 'applied', asActor(person), says, { verify_until: until, lease_until: chain.now })
    }
    return { kind: 'done' }
  })
}
