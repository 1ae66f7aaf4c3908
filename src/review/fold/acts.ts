import type { VOTE } from '../../timeline/describe/operation.ts'
import type { Entry } from '../../timeline/entries.ts'

/** So many changes are named; of more than that it is said how many. */
const NAMED = 10

/** Changes that somebody asked for, or decided on. */
export interface Named {
  first: string[]
  count: number
}

type Decision = keyof typeof VOTE
type Counted = 'looked' | 'updates' | 'messages' | 'notes' | 'marked'

/** What one person did in an incident, however much that is. */
export type Acts = Record<Counted, number> & {
  opened: boolean
  asked: Named
  decided: Record<Decision, Named>
}

const COUNTED: { [type in Entry['body']['type']]?: Counted } = {
  'operation.read': 'looked',
  'incident.updated': 'updates',
  'message.posted': 'messages',
  'note.added': 'notes',
  'link.added': 'notes',
  'message.marked': 'marked',
}

const named = (): Named => ({ first: [], count: 0 })
const none = (): Acts => ({
  ...{ opened: false, looked: 0, updates: 0, messages: 0, notes: 0, marked: 0 },
  ...{ asked: named(), decided: { approve: named(), reject: named(), break_glass: named() } },
})

/** Who took part, by person id, in the order in which they came in. */
export function createActs() {
  const people = new Map<string, Acts>()
  function of(person: string): Acts {
    const known = people.get(person) ?? none()
    people.set(person, known)
    return known
  }
  function list(acts: Named, change: string) {
    if (acts.first.includes(change)) return
    acts.count += 1
    if (acts.first.length < NAMED) acts.first.push(change)
  }
  return {
    people,
    add({ actor, subject, body }: Entry) {
      if (body.type === 'person.joined') of(body.person)
      if (actor.id === 'firebreak') return
      const counted = COUNTED[body.type]
      if (body.type === 'incident.opened') of(actor.id).opened = true
      else if (body.type === 'change.planned') list(of(actor.id).asked, subject)
      else if (body.type === 'change.voted') list(of(actor.id).decided[body.decision], subject)
      else if (counted) of(actor.id)[counted] += 1
    },
  }
}
