import { asActor } from '../identity/person.ts'
import { approvalFor, whyNotApprover } from './approval.ts'
import { updateLooker } from './approvals/store.ts'
import { changeName } from './change.ts'
import type { About } from './confirm.ts'
import type { Context } from './context.ts'
import { join, withChange } from './move.ts'
import { refused } from './refusal.ts'
import { readChange } from './store.ts'
import { type Decided, rolesOfVoter } from './vote.ts'

/** Somebody who may approve looks at the plan: the others see it, and nobody else is asked meanwhile. */
export async function looking(context: Context, { person, cause, change: id }: About): Promise<Decided> {
  const seen = await readChange(context.db, id)
  if (!seen) return refused('no_change', `there is no ${changeName(id)}`)
  const { roles } = await rolesOfVoter(context, seen, person)
  return await withChange(context, id, cause, async (held) => {
    const { tx, chain, change } = held
    if (change.state !== 'planned') return refused('decided', `${changeName(id)} is ${change.state} already`)
    const approval = approvalFor(context.rules().approvals, change.plan.tier)
    const denial = whyNotApprover(change, person.id, roles, approval)
    if (denial) return refused('not_approver', denial)
    await updateLooker(tx.db, id, person.id, chain.now)
    await join(held, person)
    const body = { type: 'change.looking', plan: change.planNumber } as const
    await chain.append({ subject: changeName(id), actor: asActor(person), body })
    return { kind: 'done' }
  })
}
