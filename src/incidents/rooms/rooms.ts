import type { Kysely } from 'kysely'
import { asActor, type Person } from '../../identity/person.ts'
import type { Schema } from '../../storage/schema.ts'
import { FIREBREAK } from '../../timeline/entries.ts'
import type { Ledger } from '../../timeline/ledger.ts'
import { lastEntry } from '../../timeline/store.ts'
import { incidentName } from '../incident.ts'
import { readIncident, updateIncident } from '../store.ts'
import { insiders, type Membership, ownerOf, putMembership, readMembership } from './store.ts'

/** Incidents' own channels, as Slack tells of them. */
export interface Rooms {
  /** The channel of an incident was made. Only the first one counts. */
  made(incident: number, channel: { id: string; name: string }): Promise<void>
  /** Slack makes none, and says why: so that whoever opened it hears of that. */
  refused(incident: number, error: string): Promise<void>
  /** The incident whose own channel this is; null: nobody's. */
  ownerOf(channel: string): Promise<number | null>
  /** Somebody came into it, or left. A second time says nothing. */
  moved(incident: number, person: Person, to: 'inside' | 'left', cause: string | null): Promise<void>
  /** The person ids of those who are in it, as far as is on record, and of those who were brought in. */
  insiders(incident: number): Promise<string[]>
}

export function createRooms(db: Kysely<Schema>, ledger: Ledger): Rooms {
  return {
    async made(id, { id: channel, name }) {
      await ledger.transaction(null, async (tx) => {
        const chain = await tx.hold(incidentName(id))
        if ((await readIncident(tx.db, id))?.channel !== null) return
        await updateIncident(tx.db, id, { channel })
        await chain.append({ subject: chain.name, actor: FIREBREAK, body: { type: 'room.made', channel, name } })
      })
    },
    async refused(id, error) {
      await ledger.transaction(null, async (tx) => {
        const chain = await tx.hold(incidentName(id))
        const last = await lastEntry(tx.db, chain.name, ['room.refused'])
        if (last?.body.type === 'room.refused' && last.body.error === error) return
        await chain.append({ subject: chain.name, actor: FIREBREAK, body: { type: 'room.refused', error } })
      })
    },
    ownerOf: (channel) => ownerOf(db, channel),
    async moved(id, person, to, cause) {
      // Most of what Slack tells is known.
      if (isKnown(await readMembership(db, id, person.id), to)) return
      await ledger.transaction(cause, async (tx) => {
        const chain = await tx.hold(incidentName(id))
        if (isKnown(await readMembership(tx.db, id, person.id), to)) return
        await putMembership(tx.db, id, person.id, to)
        const body = { type: to === 'inside' ? 'room.joined' : 'room.left', person: person.id } as const
        await chain.append({ subject: chain.name, actor: asActor(person), body })
      })
    },
    insiders: (incident) => insiders(db, incident),
  }
}

/** Nobody leaves who never came. */
const isKnown = (now: Membership | null, to: 'inside' | 'left'): boolean =>
  now === to || (to === 'left' && now === null)
