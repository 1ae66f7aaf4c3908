import { asActor, type Person } from '../identity/person.ts'
import type { Context } from '../operations/context.ts'
import { type Refused, refuse, refused, whenUnidentified } from '../operations/refusal.ts'
import { whyNotEntitled } from '../operations/rights.ts'
import { GENERAL } from '../timeline/ledger.ts'
import { type Became, settle } from './pending.ts'
import { recoveryName } from './standing.ts'
import { pendingBefore, standingRecovery, updateEnded } from './store.ts'

/** `changes`: those that were pending, by what became of them. */
export type Ended = { kind: 'ended'; recovery: number; changes: Record<Became, number[]> } | Refused

type Tools = Pick<Context, 'db' | 'ledger' | 'identity' | 'operations' | 'rules'>

export interface EndAsked {
  person: Person
  cause: string
  /** The recovery that was meant, when one was named. */
  recovery?: number
}

/**
 * Ends the recovery that stands, for whoever policy lets `recover`. Nothing that was asked for before it is ever run: it
 * goes stale, chain by chain, and only when nothing is left the recovery is over; cut short, it still stands.
 */
export async function endRecovery(tools: Tools, asked: EndAsked): Promise<Ended> {
  return await end(tools, asked).catch(whenUnidentified)
}

async function end(tools: Tools, { person, cause, recovery }: EndAsked): Promise<Ended> {
  const { db, ledger } = tools
  const denial = await whyNotEntitled(tools, person, 'recover')
  if (denial) return await refuse(tools, { person, cause, line: 'recover' }, null, 'denied', denial)
  const standing = await standingRecovery(db)
  if (recovery !== undefined && recovery !== standing?.id) return refused('over', `${recoveryName(recovery)} is over`)
  if (!standing) return refused('no_recovery', 'no recovery stands: there is nothing to end')
  const changes: Record<Became, number[]> = { stale: [], applied: [], unknown: [] }
  for (const { id } of await pendingBefore(db, standing.beganAt)) {
    const became = await settle(tools, id, person, standing)
    if (became) changes[became].push(id)
  }
  return await ledger.transaction(cause, async (tx) => {
    const chain = await tx.hold(GENERAL)
    // Somebody may have been faster. What was pending is not pending again: it ended, or is looked at by people.
    const now = await standingRecovery(tx.db)
    if (now?.id !== standing.id) return refused('over', `${recoveryName(standing.id)} is over`)
    if (now.beganAt > standing.beganAt) {
      return refused(
        'lost_more',
        `${recoveryName(now.id)} still stands: more was lost meanwhile. See what, and end it then`,
      )
    }
    await updateEnded(tx.db, standing.id, person.id, chain.now)
    const body = { type: 'recovery.ended', changes: Object.values(changes).flat().length } as const
    await chain.append({ subject: recoveryName(standing.id), actor: asActor(person), body })
    return { kind: 'ended', recovery: standing.id, changes }
  })
}
