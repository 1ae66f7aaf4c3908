import type { Kysely, Transaction } from 'kysely'
import { asActor, type Person, whyNotMember } from '../identity/person.ts'
import type { Schema } from '../storage/schema.ts'
import type { Actor } from '../timeline/entries.ts'
import type { HeldChain, Ledger, LedgerTransaction } from '../timeline/ledger.ts'
import { type Incident, incidentName, type Severity } from './incident.ts'
import { readIncident, readSeen, type Viewer } from './store.ts'
import { takePart } from './taking-part.ts'

/** What the incidents' lifecycle works with. main makes it. */
export interface Context {
  db: Kysely<Schema>
  ledger: Ledger
  /** The room that incidents share: a channel's id, which is known once Slack has told what its name means. */
  room(): string
  /** Public incidents open in channels of their own, too. */
  ownRooms(): boolean
  /** As they are now: the configuration may change. */
  severities(): Severity[]
  /** Whose turn it is in the schedule of a service, then who comes next: user ids. */
  onCall(service: string | null): string[]
  /** Has a subject looked at then: see src/schedule. */
  wake(trx: Transaction<Schema>, subject: string, at: Date): Promise<void>
  /**
   * Before an incident is closed or cancelled: withdraws what waits for a decision, in the transaction that holds the chain.
   * Why it can't be over yet, for people; null when it can, and nothing was withdrawn otherwise.
   */
  clearAway(held: Held): Promise<string | null>
}

/** Who asks, and what made it happen: the same cause never acts twice. */
export interface Asked {
  person: Person
  cause: string
  /** Where: of a private incident may know who is in its room. */
  channel?: string
}

export const viewerOf = ({ person, channel = '' }: { person: Pick<Person, 'id'>; channel?: string }): Viewer => ({
  ids: [person.id],
  channel,
})

/** An incident whose chain this transaction holds. */
export interface Held {
  tx: LedgerTransaction
  chain: HeldChain
  incident: Incident
  actor: Actor
}

export interface Refused {
  kind: 'refused'
  /** For people, without a full stop at its end. */
  reason: string
}

export type Result = { kind: 'done'; incident: number } | Refused

export const refused = (reason: string): Refused => ({ kind: 'refused', reason })

/**
 * One transaction around an incident that a member asks something of; its chain is held. They take part in it from their
 * first entry on.
 */
export async function change<T>(
  { ledger }: Context,
  asked: Asked,
  id: number,
  work: (held: Held) => Promise<T | Refused>,
): Promise<T | Refused> {
  const { person, cause } = asked
  const denial = whyNotMember(person)
  if (denial) return refused(denial)
  return await ledger.transaction(cause, async (tx) => {
    // Holding a chain makes it: first, whether there is such an incident, for them.
    if (!(await readSeen(tx.db, viewerOf(asked), id))) return refused(`there is no ${incidentName(id)}`)
    const held = await tx.hold(incidentName(id))
    const incident = (await readIncident(tx.db, id)) as Incident
    const actor = asActor(person)
    const join = () => takePart({ db: tx.db, chain: held, incident: id }, actor.id, { actor, at: held.now })
    return await work({ tx, chain: joinedFirst(held, join), incident, actor })
  })
}

/**
 * The same chain; before the first entry somebody joins. What appends nothing has changed nothing, and nobody joins; nor does
 * who takes a copy.
 */
function joinedFirst(chain: HeldChain, join: () => Promise<void>): HeldChain {
  let joined = false
  return {
    ...chain,
    async append(entry, how) {
      if (!joined && entry.body.type !== 'incident.exported') {
        joined = true
        await join()
      }
      return await chain.append(entry, how)
    },
  }
}
