import { asActor, type Person } from '../identity/person.ts'
import { changeName } from './change.ts'
import { askedAt, whyNotHad } from './check.ts'
import type { Context } from './context.ts'
import { move, withChange } from './move.ts'
import { refuseDecision, refused } from './refusal.ts'
import { readChange } from './store.ts'
import { type Decided, whyOvertaken } from './vote.ts'

/** Somebody's gesture about a change. */
export interface About {
  person: Person
  cause: string
  /** Where: of a private incident's change may know who is in its room. */
  channel?: string
  change: number
}

/** The requester of a `low` plan says that they mean it. */
export async function confirm(context: Context, { person, cause, change: id }: About): Promise<Decided> {
  const seen = await readChange(context.db, id)
  if (!seen) return refused('no_change', `there is no ${changeName(id)}`)
  const { roles } = await context.identity.rolesOf(person, { at: askedAt(seen) })
  return await withChange(context, id, cause, async (held) => {
    const { change, chain, tx } = held
    const name = changeName(id)
    if (change.plan.tier !== 'low') return refused('not_low', `${name} needs another person’s approval`)
    const refuse = (code: string, reason: string) => refuseDecision(held, person, 'confirm', code, reason)
    if (person.id !== change.requester) return await refuse('not_requester', `only who asked for ${name} can run it`)
    const overtaken = whyOvertaken(change, { plan: change.planNumber, hash: '' }, chain.now)
    if (overtaken) return overtaken
    const denial = await whyNotHad({ ...context, db: tx.db }, change, roles)
    if (denial) return await refuse('denied', denial)
    await move(held, 'approved', asActor(person), 'confirmed by its requester')
    return { kind: 'done' }
  })
}

/** Whoever asked for it doesn't want it any more, and it has not begun. */
export async function withdraw(context: Context, { person, cause, change: id }: About): Promise<Decided> {
  return await withChange(context, id, cause, async (held) => {
    const { change, chain } = held
    const name = changeName(id)
    if (change.state !== 'planned' && change.state !== 'approved') {
      return refused('decided', `${name} is ${change.state}: only what has not begun can be withdrawn`)
    }
    if (person.id !== change.requester) {
      const reason = `only who asked for ${name} can withdraw it; whoever may approve it can reject it`
      return await refuseDecision(held, person, 'withdraw', 'not_requester', reason)
    }
    await move(held, 'withdrawn', asActor(person), 'withdrawn by its requester', { finished_at: chain.now })
    return { kind: 'done' }
  })
}
