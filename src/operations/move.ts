import { asActor, type Person } from '../identity/person.ts'
import { settleReminders } from '../incidents/reminders.ts'
import { takePart } from '../incidents/taking-part.ts'
import { type Actor, FIREBREAK } from '../timeline/entries.ts'
import type { HeldChain, LedgerTransaction } from '../timeline/ledger.ts'
import { type Change, changeName } from './change.ts'
import type { Context } from './context.ts'
import { releaseLocks } from './locks/store.ts'
import { canMove, holdsObjects, type State } from './states.ts'
import { type Fields, readChain, readChange, updateDetail, updateState } from './store.ts'

/** A move that the table of states doesn't have, or one whose change was moved by somebody else meanwhile. */
export class IllegalMove extends Error {
  readonly code = 'illegal_move'
}

export interface Held {
  tx: LedgerTransaction
  chain: HeldChain
  change: Change
}

/** One transaction around a change: holds its chain, so that what is read stays true until it commits. */
export async function withChange<T>(
  { ledger }: Pick<Context, 'ledger'>,
  id: number,
  cause: string | null,
  work: (held: Held) => Promise<T>,
): Promise<T> {
  return await ledger.transaction(cause, async (tx) => {
    const name = await readChain(tx.db, id)
    const chain = await tx.hold(name)
    const change = await readChange(tx.db, id)
    if (!change) throw new Error(`${changeName(id)} has a chain and no plan`)
    return await work({ tx, chain, change })
  })
}

/** Whoever decides on a change, or says what became of it, takes part in its incident. Before the entry that says so. */
export async function join({ tx, chain, change: { incident } }: Held, person: Person): Promise<void> {
  if (incident === null) return
  await takePart({ db: tx.db, chain, incident }, person.id, { actor: asActor(person), at: chain.now })
}

/** The only way to another state: the row and the entry that says so, together. Returns the change as it is then. */
export async function move(
  { tx, chain, change }: Held,
  to: State,
  actor: Actor,
  detail: string | null,
  fields: Fields = {},
): Promise<Change> {
  if (!canMove(change.state, to))
    throw new IllegalMove(`${changeName(change.id)} can't go from ${change.state} to ${to}`)
  const why = detail === null ? null : chain.redact(detail)
  if (!(await updateState(tx.db, change, to, { detail: why, ...fields }))) {
    throw new IllegalMove(`${changeName(change.id)} is ${change.state} no more`)
  }
  if (holdsObjects(change.state) && !holdsObjects(to)) await releaseLocks(tx.db, change.id)
  if (change.state === 'planned' && change.incident !== null) {
    await settleReminders({ tx, chain, incident: { id: change.incident } }, 'approval', changeName(change.id))
  }
  await chain.append({
    subject: changeName(change.id),
    actor,
    body: { type: 'change.moved', from: change.state, to, plan: change.planNumber, hash: change.planHash, detail: why },
  })
  return { ...change, state: to, detail: why, epoch: fields.epoch ?? change.epoch }
}

/** What a change waits for or what was last seen of it; says nothing twice. */
export async function note({ tx, chain, change }: Held, observed: string): Promise<void> {
  if (change.detail === observed || !(await updateDetail(tx.db, change, observed))) return
  const body = { type: 'change.progressed', plan: change.planNumber, observed } as const
  await chain.append({ subject: changeName(change.id), actor: FIREBREAK, body })
}

/** A transaction on a change that this worker still holds: another epoch means that somebody took it over. */
export async function mine<T>(context: Context, change: Change, work: (held: Held) => Promise<T>): Promise<T> {
  return await withChange(context, change.id, null, async (held) => {
    if (held.change.epoch !== change.epoch) throw new IllegalMove('another worker took this change over')
    return await work(held)
  })
}
