import { type Person, whyNotMember } from '../identity/person.ts'
import { type Asked, type Context, change, type Result, refused } from './context.ts'
import { giveRole, withdrawHandoff } from './handoffs.ts'
import { incidentName } from './incident.ts'
import { holderOf, type IncidentRole } from './roles.ts'

/** Gives a role to somebody, at once; null takes it back. Only the incident commander is always somebody. */
export async function assign(
  context: Context,
  asked: Asked,
  id: number,
  { role, person }: { role: IncidentRole; person: Person | null },
): Promise<Result> {
  return await change(context, asked, id, async (held) => {
    const { incident } = held
    const was = holderOf(incident, role)
    const stranger = person && whyNotMember(person)
    if (stranger) return refused(`${person.name} can’t hold a role: ${stranger.replace('you are', 'they are')}`)
    if (incident.status === 'closed') return refused(`${incidentName(id)} is closed`)
    if (person === null && was === null) return refused(`nobody is ${role} of ${incidentName(id)}`)
    if (person === null && role === 'incident commander') {
      return refused('there is always an incident commander: make somebody else it')
    }
    if (person?.id === was) return refused(`${person?.name} is ${role} of ${incidentName(id)} already`)
    await withdrawHandoff(held, role)
    await giveRole(held, role, person?.id ?? null)
    return { kind: 'done', incident: id }
  })
}
