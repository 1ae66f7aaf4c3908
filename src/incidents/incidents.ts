import type { Kysely } from 'kysely'
import { asActor, type Person } from '../identity/person.ts'
import type { Schema } from '../storage/schema.ts'
import type { HeldChain, Ledger, LedgerTransaction } from '../timeline/ledger.ts'
import { type Incident, incidentName, MOVES } from './incident.ts'
import { insertIncident, openIncidents, pastIncidents, readIncident, updateStatus } from './store.ts'

/** Who asks, and what made it happen: the same cause never acts twice. */
interface Asked {
  person: Person
  cause: string
}

interface Opening {
  severity: string
  title: string | null
  service: string | null
}

interface Held {
  tx: LedgerTransaction
  chain: HeldChain
  incident: Incident
}

type Result = { kind: 'done'; incident: number } | { kind: 'refused'; reason: string }

/** The incidents' lifecycle. Every change commits with its timeline entry. */
export interface Incidents {
  open(asked: Asked, opening: Opening): Promise<Result>
  /** Acts at once: cause and fix may stay unknown yet. */
  resolve(asked: Asked, id: number, known: { cause: string | null; fix: string | null }): Promise<Result>
  /** Puts on record that an export was asked for; the projection uploads it to the thread. */
  export(asked: Asked, id: number, format: 'md' | 'json'): Promise<Result>
  find(id: number): Promise<Incident | null>
  /** Newest first. */
  listOpen(): Promise<Incident[]>
  listPast(limit: number): Promise<Incident[]>
}

/** `room`: the channel that public incidents open in. */
export function createIncidents(db: Kysely<Schema>, ledger: Ledger, room: () => string): Incidents {
  /** One transaction around an incident that a member asks something of; its chain is held. */
  async function change({ person, cause }: Asked, id: number, work: (held: Held) => Promise<Result>): Promise<Result> {
    const denial = whyNotMember(person)
    if (denial) return { kind: 'refused', reason: denial }
    return await ledger.transaction(cause, async (tx) => {
      // Holding a chain makes it: first, whether there is such an incident.
      if (!(await readIncident(tx.db, id))) return { kind: 'refused', reason: `there is no ${incidentName(id)}` }
      const chain = await tx.hold(incidentName(id))
      return await work({ tx, chain, incident: (await readIncident(tx.db, id)) as Incident })
    })
  }

  return {
    find: (id) => readIncident(db, id),
    listOpen: () => openIncidents(db),
    listPast: (limit) => pastIncidents(db, limit),

    async open({ person, cause }, { severity, title, service }) {
      const denial = whyNotMember(person)
      if (denial) return { kind: 'refused', reason: denial }
      const id = await ledger.transaction(cause, async (tx) => {
        const named = title ?? generatedTitle(service)
        const incident = { title: named, severity, service, channel: room(), commander: person.id }
        const { id, declaredAt } = await insertIncident(tx.db, incident)
        const chain = await tx.hold(incidentName(id))
        const body = { type: 'incident.opened', kind: 'operational', visibility: 'public', ...incident } as const
        await chain.append({ subject: incidentName(id), actor: asActor(person), occurredAt: declaredAt, body })
        await chain.sign()
        return id
      })
      return { kind: 'done', incident: id }
    },

    async resolve(asked, id, known) {
      return await change(asked, id, async ({ tx, chain, incident }) => {
        const { name } = chain
        if (!MOVES[incident.status].includes('resolved')) {
          return { kind: 'refused', reason: `${name} is ${incident.status} already` }
        }
        const from = incident.status
        await updateStatus(tx.db, id, { from, to: 'resolved', resolvedAt: chain.now, ...known })
        const body = { type: 'incident.status_changed', from, to: 'resolved', ...known } as const
        await chain.append({ subject: name, actor: asActor(asked.person), body })
        await chain.sign()
        return { kind: 'done', incident: id }
      })
    },

    async export(asked, id, format) {
      return await change(asked, id, async ({ chain }) => {
        const { name, seq } = chain
        const body = { type: 'incident.exported', format, through: seq, zone: asked.person.zone } as const
        await chain.append({ subject: name, actor: asActor(asked.person), body })
        return { kind: 'done', incident: id }
      })
    },
  }
}

/** Why somebody has no part in incidents; null for the workspace's members. */
export function whyNotMember({ standing }: Person): string | null {
  if (standing === 'member') return null
  return `only full members of the workspace can do this, and you are ${STANDING[standing]}`
}

const STANDING = {
  guest: 'a guest',
  bot: 'a bot',
  stranger: 'of another workspace',
  deactivated: 'deactivated',
  unknown: 'not known to me',
} as const

const generatedTitle = (service: string | null): string => (service ? `Trouble with ${service}` : 'No title yet')
