import type { Held } from '../context.ts'
import type { Incident } from '../incident.ts'
import { putMembership, readMembership } from './store.ts'

/**
 * Asks people into an incident's own channel: from now on they may know of it, and Slack is told by the projection.
 * Whoever is in it, or was asked already, isn't asked again; of an incident in the shared channel nobody is.
 */
export async function invite(
  { tx, chain, incident, actor }: Pick<Held, 'tx' | 'chain' | 'actor'> & { incident: Pick<Incident, 'id' | 'ownRoom'> },
  people: string[],
): Promise<void> {
  if (!incident.ownRoom) return
  const asked: string[] = []
  for (const person of new Set(people)) {
    const now = await readMembership(tx.db, incident.id, person)
    if (now === 'invited' || now === 'inside') continue
    await putMembership(tx.db, incident.id, person, 'invited')
    asked.push(person)
  }
  if (asked.length > 0)
    await chain.append({ subject: chain.name, actor, body: { type: 'room.invited', people: asked } })
}
