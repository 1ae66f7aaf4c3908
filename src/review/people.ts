import type { Incident } from '../incidents/incident.ts'
import { type Change, changeName } from '../operations/change.ts'
import { VOTE } from '../timeline/describe/operation.ts'

/** The name of a person's id; the id, where it is all that is known. */
export const nameIn =
  (people: Map<string, string>) =>
  (id: string): string =>
    id === 'firebreak' ? 'Firebreak' : (people.get(id) ?? id)

/** Who did what, by person id, in the order in which they came in. */
export function partsOf(incident: Incident, changes: Change[]): Map<string, string[]> {
  const parts = new Map<string, string[]>()
  const add = (id: string, part: string) => parts.set(id, [...(parts.get(id) ?? []), part])
  add(incident.openedBy, `opened it`)
  add(incident.commander, 'commander')
  for (const { id, requester, votes } of changes) {
    add(requester, `asked for ${changeName(id)}`)
    for (const { person, decision } of votes) {
      add(person, `${VOTE[decision]} ${changeName(id)}`)
    }
  }
  return parts
}
