import { asActor, type Person } from '../identity/person.ts'
import { GENERAL } from '../timeline/ledger.ts'
import type { Context } from './context.ts'
import { insertHold, standingHold, updateReleased } from './holds/store.ts'
import { type Refused, refused } from './refusal.ts'
import { refuseUnlessEntitled } from './rights.ts'

export const holdName = (id: number): string => `HOLD-${id}`

/** `HOLD-3` as 3; null for anything else. */
export function parseHoldName(text: string): number | null {
  const match = /^HOLD-([1-9]\d{0,8})$/.exec(text)
  return match ? Number(match[1]) : null
}

export type HoldResult = { kind: 'done'; hold: number } | Refused

interface Asked {
  person: Person
  cause: string
}

/** From now on nothing new is executed, for anybody; what runs already ends. Deciding goes on. */
export async function hold(context: Context, { person, cause }: Asked, reason: string): Promise<HoldResult> {
  if (reason.trim() === '') return refused('no_reason', 'a hold needs a reason: everybody will ask')
  const denied = await refuseUnlessEntitled(context, { person, cause, line: 'hold' }, 'hold')
  if (denied) return denied
  return await context.ledger.transaction(cause, async (tx) => {
    const chain = await tx.hold(GENERAL)
    const id = await insertHold(tx.db, { by: person.id, reason, at: chain.now })
    if (id === null) {
      const standing = await standingHold(tx.db)
      return refused('held', `everything is held already (${holdName(standing?.id ?? 0)}: ${standing?.reason})`)
    }
    await chain.append({ subject: holdName(id), actor: asActor(person), body: { type: 'operations.held', reason } })
    return { kind: 'done', hold: id }
  })
}

/** What is approved and not expired runs next. */
export async function release(context: Context, { person, cause }: Asked): Promise<HoldResult> {
  const denied = await refuseUnlessEntitled(context, { person, cause, line: 'release' }, 'release')
  if (denied) return denied
  return await context.ledger.transaction(cause, async (tx) => {
    const chain = await tx.hold(GENERAL)
    const standing = await standingHold(tx.db)
    if (!standing) return refused('not_held', 'nothing is held')
    await updateReleased(tx.db, standing.id, person.id, chain.now)
    const subject = holdName(standing.id)
    await chain.append({ subject, actor: asActor(person), body: { type: 'operations.released' } })
    return { kind: 'done', hold: standing.id }
  })
}
