import { asActor, colleagueOf, whyNotMember } from '../identity/person.ts'
import { clocksOf, wakeFor } from './clocks.ts'
import { type Asked, type Context, type Result, refused } from './context.ts'
import { insertParticipant } from './conversation/store.ts'
import { type Incident, incidentName, type Kind, visibilityOf } from './incident.ts'
import { invite } from './rooms/invite.ts'
import { insertIncident, updateIncident } from './store.ts'

export interface Opening {
  severity: string
  /** null: nobody has said it yet. */
  title: string | null
  service: string | null
  /** `operational`, unless given. */
  kind?: Kind
  /** As its kind has it, unless given. */
  visibility?: Incident['visibility']
  /** The message that it is opened from: its address. */
  from?: string | null
}

/** Opens an incident: it is investigated from now on, and whoever opened it leads it. */
export async function open(context: Context, { person, cause }: Asked, opening: Opening): Promise<Result> {
  const denial = whyNotMember(person)
  if (denial) return refused(denial)
  const { severity, service, from = null, kind = 'operational' } = opening
  const visibility = opening.visibility ?? visibilityOf(kind)
  const ownRoom = visibility === 'private' || context.ownRooms()
  const severities = context.severities()
  const id = await context.ledger.transaction(cause, async (tx) => {
    const title = opening.title ?? (service ? `Trouble with ${service}` : 'No title yet')
    const channel = ownRoom ? null : context.room()
    const incident = { title, severity, service, kind, visibility, channel, commander: person.id }
    const { id, declaredAt } = await insertIncident(tx.db, { ...incident, ownRoom })
    const chain = await tx.hold(incidentName(id))
    const known = severities.find(({ name }) => name === severity)
    const clocks = clocksOf(known, { declared: declaredAt, told: declaredAt })
    await updateIncident(tx.db, id, clocks)
    const body = { type: 'incident.opened', ...incident } as const
    const link = from === null ? {} : { from }
    const actor = asActor(person)
    await chain.append({
      ...{ subject: incidentName(id), actor, occurredAt: declaredAt },
      body: { ...body, ...link },
    })
    // The entry says so already.
    await insertParticipant(tx.db, id, person.id, declaredAt)
    await chain.sign()
    // Whose turn it is comes into a public one unasked.
    const turn = visibility === 'public' ? context.onCall(service).slice(0, 1) : []
    await invite({ tx, chain, incident: { id, ownRoom }, actor }, [
      person.id,
      ...turn.map((user) => colleagueOf(person.id, user)),
    ])
    await wakeFor(context, { tx, chain }, [clocks.acknowledgeBy, clocks.updateDue])
    return id
  })
  return { kind: 'done', incident: id }
}
