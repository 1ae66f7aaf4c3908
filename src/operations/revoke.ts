import { asActor, type Person } from '../identity/person.ts'
import { insertRevocation, isRevoked, liftRevocation } from '../identity/store.ts'
import { revokeTokensOf } from '../identity/tokens/store.ts'
import { tokenName } from '../identity/tokens.ts'
import { GENERAL } from '../timeline/ledger.ts'
import { changeName } from './change.ts'
import type { Context } from './context.ts'
import { move, withChange } from './move.ts'
import { refused } from './refusal.ts'
import { refuseUnlessEntitled } from './rights.ts'
import { waitingOf } from './store.ts'
import type { Decided } from './vote.ts'

interface Asked {
  person: Person
  cause: string
}

/**
 * Takes all of a person's rights at once: their approvals count no more from the commit on, since every execution looks
 * before its first effect; their tokens end; and what they asked for and has not begun is withdrawn.
 */
export async function revoke(
  context: Context,
  { person, cause }: Asked,
  { whom, reason }: { whom: Person; reason: string },
): Promise<Decided> {
  if (reason.trim() === '') return refused('no_reason', 'revoking somebody’s rights needs a reason')
  const denied = await refuseUnlessEntitled(context, { person, cause, line: `revoke ${whom.name}` }, 'revoke')
  if (denied) return denied
  const actor = asActor(person)
  const done = await context.ledger.transaction(cause, async (tx): Promise<Decided> => {
    const chain = await tx.hold(GENERAL)
    const ids = context.identity.idsOf(whom.id)
    if (await isRevoked(tx.db, ids)) return refused('revoked', `${whom.name} has no rights already`)
    await insertRevocation(tx.db, { person: whom.id, by: person.id, reason, at: chain.now })
    const about = { person: whom.id, name: whom.name }
    await chain.append({ subject: GENERAL, actor, body: { type: 'person.revoked', ...about, reason } })
    // For good: what is on a stolen phone must not work again when its owner has their rights back.
    for (const token of await revokeTokensOf(tx.db, ids, chain.now)) {
      await chain.append({ subject: tokenName(token), actor, body: { type: 'token.revoked', token, ...about } })
    }
    return { kind: 'done' }
  })
  if (done.kind === 'refused') return done
  for (const { id } of await waitingOf(context.db, whom.id)) {
    await withChange(context, id, null, async (held) => {
      if (held.change.state !== 'planned' && held.change.state !== 'approved') return
      const says = `${person.name} revoked the rights of ${whom.name}, who asked for ${changeName(id)}`
      await move(held, 'withdrawn', actor, says, { finished_at: held.chain.now })
    })
  }
  return done
}

/** Gives a person's rights back: those that the configuration gives them now. Tokens have to be issued anew. */
export async function reinstate(context: Context, { person, cause }: Asked, whom: Person): Promise<Decided> {
  const denied = await refuseUnlessEntitled(context, { person, cause, line: `reinstate ${whom.name}` }, 'revoke')
  if (denied) return denied
  if (whom.id === person.id) return refused('denied', 'another person has to give you your rights back')
  return await context.ledger.transaction(cause, async (tx): Promise<Decided> => {
    const chain = await tx.hold(GENERAL)
    const ids = context.identity.idsOf(whom.id)
    if (!(await isRevoked(tx.db, ids))) return refused('not_revoked', `${whom.name} has their rights`)
    await liftRevocation(tx.db, { ids, by: person.id, at: chain.now })
    const body = { type: 'person.reinstated', person: whom.id, name: whom.name } as const
    await chain.append({ subject: GENERAL, actor: asActor(person), body })
    return { kind: 'done' }
  })
}
