import { asActor, whyNotMember } from '../identity/person.ts'
import { clocksOf, wakeFor } from './clocks.ts'
import { type Asked, type Context, type Result, refused } from './context.ts'
import { insertParticipant } from './conversation/store.ts'
import { incidentName } from './incident.ts'
import { insertIncident, updateIncident } from './store.ts'

export interface Opening {
  severity: string
  /** null: nobody has said it yet. */
  title: string | null
  service: string | null
  /** The message that it is opened from: its address. */
  from?: string | null
}

/** Opens an incident: it is investigated from now on, and whoever opened it leads it. */
export async function open(context: Context, { person, cause }: Asked, opening: Opening): Promise<Result> {
  const denial = whyNotMember(person)
  if (denial) return refused(denial)
  const { severity, service, from = null } = opening
  const severities = context.severities()
  const id = await context.ledger.transaction(cause, async (tx) => {
    const title = opening.title ?? (service ? `Trouble with ${service}` : 'No title yet')
    const incident = { title, severity, service, channel: context.room(), commander: person.id }
    const { id, declaredAt } = await insertIncident(tx.db, incident)
    const chain = await tx.hold(incidentName(id))
    const known = severities.find(({ name }) => name === severity)
    const clocks = clocksOf(known, { declared: declaredAt, told: declaredAt })
    await updateIncident(tx.db, id, clocks)
    const body = { type: 'incident.opened', kind: 'operational', visibility: 'public', ...incident } as const
    const link = from === null ? {} : { from }
    await chain.append({
      ...{ subject: incidentName(id), actor: asActor(person), occurredAt: declaredAt },
      body: { ...body, ...link },
    })
    // The entry says so already.
    await insertParticipant(tx.db, id, person.id, declaredAt)
    await chain.sign()
    await wakeFor(context, { tx, chain }, [clocks.acknowledgeBy, clocks.updateDue])
    return id
  })
  return { kind: 'done', incident: id }
}
