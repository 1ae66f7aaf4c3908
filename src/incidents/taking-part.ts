import type { Transaction } from 'kysely'
import type { Schema } from '../storage/schema.ts'
import type { Actor } from '../timeline/entries.ts'
import type { HeldChain } from '../timeline/ledger.ts'
import { insertParticipant } from './conversation/store.ts'

/** An incident whose chain this transaction holds. */
interface Held {
  db: Transaction<Schema>
  chain: HeldChain
  incident: number
}

/**
 * Puts on record that somebody takes part in the incident, the first time that they say or do something there. Call it
 * before the entry that says what. Whoever opened it takes part without such an entry, and nobody begins to in one that
 * is closed or cancelled.
 *
 * @param person who: their id
 * @param by.actor whose doing it is; another person's, who gives them a role
 * @param by.at when they did it
 */
export async function takePart({ db, chain, incident }: Held, person: string, by: { actor: Actor; at: Date }) {
  if (!(await insertParticipant(db, incident, person, by.at))) return
  const body = { type: 'person.joined', person } as const
  await chain.append({ subject: chain.name, actor: by.actor, occurredAt: by.at, body }, { aside: true })
}
