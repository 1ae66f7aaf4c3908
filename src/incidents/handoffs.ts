import { type Person, whyNotMember } from '../identity/person.ts'
import { type Asked, type Context, change, type Held, type Refused, type Result, refused } from './context.ts'
import { type Handoff, handoffName } from './handoff.ts'
import { insertHandoff, offeredHandoff, readHandoff, settleHandoff } from './handoffs/store.ts'
import { incidentName } from './incident.ts'
import { fieldOf, holderOf, type IncidentRole } from './roles.ts'
import { invite } from './rooms/invite.ts'
import { updateIncident } from './store.ts'
import { takePart } from './taking-part.ts'

/** Asks somebody to take a role over: they have it once they accept. Whoever was asked before is asked no more. */
export async function offer(
  context: Context,
  asked: Asked,
  id: number,
  { role, to }: { role: IncidentRole; to: Person },
): Promise<Result> {
  return await change(context, asked, id, async (held) => {
    const { tx, chain, incident, actor } = held
    const stranger = whyNotMember(to)
    if (stranger) return refused(`${to.name} can’t hold a role: ${stranger.replace('you are', 'they are')}`)
    if (incident.status === 'closed') return refused(`${incidentName(id)} is closed`)
    const from = holderOf(incident, role)
    if (from === to.id) return refused(`${to.name} is ${role} of ${incidentName(id)} already`)
    await withdrawHandoff(held, role)
    const handoff = await insertHandoff(tx.db, {
      ...{ incident: id, role, from, to: to.id },
      ...{ offeredBy: asked.person.id, offeredAt: chain.now },
    })
    await chain.append({
      subject: handoffName(handoff),
      actor,
      body: { type: 'handoff.offered', handoff, role, to: to.id },
    })
    await invite(held, [to.id])
    return { kind: 'done', incident: id }
  })
}

/** Whoever was asked accepts or declines. */
export async function answer(
  context: Context,
  asked: Asked,
  id: number,
  as: 'accepted' | 'declined',
): Promise<{ kind: 'done'; handoff: Handoff } | Refused> {
  const handoff = await readHandoff(context.db, id)
  if (!handoff) return refused(`there is no ${handoffName(id)}`)
  if (handoff.to !== asked.person.id) return refused('somebody else was asked')
  return await change(context, asked, handoff.incident, async (held) => {
    const { chain, incident } = held
    const now = await readHandoff(held.tx.db, id)
    if (now?.state !== 'offered') return refused(`that was ${now?.state} already`)
    if (incident.status === 'closed') return refused(`${chain.name} is closed`)
    await settle(held, handoff, as)
    if (as === 'accepted') await giveRole(held, handoff.role, handoff.to)
    return { kind: 'done', handoff }
  })
}

/** Nobody is asked any more to take this role over. */
export async function withdrawHandoff(held: Held, role: IncidentRole): Promise<void> {
  const offered = await offeredHandoff(held.tx.db, held.incident.id, role)
  if (offered) await settle(held, offered, 'withdrawn')
}

async function settle({ tx, chain, actor }: Held, { id, role, to }: Handoff, as: Exclude<Handoff['state'], 'offered'>) {
  await settleHandoff(tx.db, id, as, chain.now)
  await chain.append({ subject: handoffName(id), actor, body: { type: 'handoff.settled', handoff: id, role, to, as } })
}

/** The role and its entry; whoever is given it takes part from now on. */
export async function giveRole(held: Held, role: IncidentRole, person: string | null) {
  const { tx, chain, incident, actor } = held
  const was = holderOf(incident, role)
  if (person !== null) await takePart({ db: tx.db, chain, incident: incident.id }, person, { actor, at: chain.now })
  await updateIncident(tx.db, incident.id, { [fieldOf(role)]: person })
  await chain.append({ subject: chain.name, actor, body: { type: 'incident.assigned', role, person, was } })
  if (person !== null) await invite(held, [person])
}
