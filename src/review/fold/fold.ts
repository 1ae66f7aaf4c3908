import type { Entry, EntryBody, EntryType } from '../../timeline/entries.ts'
import { type Acts, createActs } from './acts.ts'
import { createOrder, type Order } from './order.ts'

/** An entry that the incident's course turns on, without the words that only its row needs. */
export interface Milestone {
  seq: number
  /** When it happened: as it was corrected, else as it says. */
  at: Date
  corrected: boolean
  /** A person's id. */
  actor: string
  body: EntryBody
}

/** A change as the ledger tells it: what was asked for, and what has become of it. */
export interface ChangeTold {
  line: string
  state: string
}

/** What the whole of a ledger says, in little memory: of most entries it keeps a number and a time. */
export interface Folded {
  entries: number
  /** Hash (hex) of the last one. */
  head: string
  /** Of how many what they said is gone. */
  erased: number
  order: Order
  /** By the time when they happened. */
  milestones: Milestone[]
  /** By name, in the order in which they were asked for. */
  changes: Map<string, ChangeTold>
  /** By person id. */
  acts: Map<string, Acts>
  /** What people were called last, by person id. */
  names: Map<string, string>
  /** People who are spoken of, whether or not they did anything. */
  mentioned: Set<string>
}

const MILESTONES = new Set<EntryType>([
  ...(['incident.opened', 'incident.status_changed', 'incident.acknowledged', 'incident.response_breached'] as const),
  ...(['incident.severity_changed', 'incident.corrected', 'incident.assigned', 'incident.updated'] as const),
  ...(['handoff.offered', 'handoff.settled', 'messages.missed'] as const),
])

/** What was decided, apart from a change's moves. */
const DECISIONS = new Set<EntryType>([
  ...(['change.voted', 'incident.status_changed', 'incident.severity_changed', 'incident.duplicated'] as const),
  'note.added',
])

/** Walks a ledger from its first entry on, once. */
export function createFold() {
  const order = createOrder()
  const acts = createActs()
  const found: Milestone[] = []
  const changes = new Map<string, ChangeTold>()
  const names = new Map<string, string>()
  const mentioned = new Set<string>()
  /** Messages that are marked as events, and where the entry stands that says so. */
  const events = new Map<string, number>()
  let entries = 0
  let erased = 0
  let head = ''

  /** @param seq where it is kept, whatever it says of itself */
  function add(seq: number, entry: Entry) {
    const { actor, body, subject } = entry
    entries += 1
    head = entry.hash
    order.add(seq, entry.occurredAt)
    acts.add(entry)
    // Of what was erased the actor's id is left, which is no name.
    if (body.type !== 'erased') names.set(actor.id, actor.name)
    for (const person of peopleIn(body)) mentioned.add(person)
    if (isMilestone(body)) {
      found.push({ seq, at: entry.occurredAt, corrected: false, actor: actor.id, body: withoutText(body) })
    }
    if (isDecision(entry)) order.put('decisions')
    switch (body.type) {
      case 'erased':
        erased += 1
        break
      case 'incident.updated':
        order.put('updates')
        break
      case 'link.added':
        order.put('links')
        break
      case 'operation.read':
        if (body.detail.trim() !== '') order.put('output')
        break
      case 'entry.corrected':
        order.correct(body.entry, new Date(body.occurredAt))
        break
      case 'message.marked':
        if (body.as === 'event') events.set(`${body.channel} ${body.ts}`, order.place())
        break
      case 'message.unmarked':
        if (body.as === 'event') events.delete(`${body.channel} ${body.ts}`)
        break
      case 'change.planned':
        changes.set(subject, { line: body.line, state: changes.get(subject)?.state ?? 'planned' })
        break
      case 'change.moved': {
        const change = changes.get(subject)
        if (change) change.state = body.to
        break
      }
    }
  }

  function end(): Folded {
    for (const place of events.values()) order.putAt('decisions', place)
    const milestones = found
      .map((milestone) => {
        const corrected = order.corrected(milestone.seq)
        return corrected ? { ...milestone, at: corrected, corrected: true } : milestone
      })
      .sort((a, b) => a.at.getTime() - b.at.getTime() || a.seq - b.seq)
    return { entries, head, erased, order, milestones, changes, acts: acts.people, names, mentioned }
  }

  return { add, end }
}

const isMilestone = (body: EntryBody): boolean =>
  MILESTONES.has((body.type === 'erased' ? body.was : body.type) as EntryType)

/** A person's decision; that a rule or a clock moved a change is none. */
function isDecision({ actor, body }: Entry): boolean {
  if (body.type !== 'change.moved') return DECISIONS.has(body.type)
  return actor.id !== 'firebreak' && (body.to === 'withdrawn' || body.from === 'unknown')
}

const withoutText = (body: EntryBody): EntryBody => (body.type === 'incident.updated' ? { ...body, text: '' } : body)

/** The people (ids) of whom an entry speaks. */
function peopleIn(body: EntryBody): string[] {
  switch (body.type) {
    case 'incident.opened':
      return [body.commander]
    case 'incident.assigned':
      return [body.person, body.was].filter((person) => person !== null)
    case 'handoff.offered':
    case 'handoff.settled':
      return [body.to]
    case 'reminder.sent':
    case 'person.joined':
    case 'room.joined':
    case 'room.left':
      return [body.person]
    case 'room.invited':
    case 'change.asked':
      return body.people
    default:
      return []
  }
}
