import type { EntryType } from '../src/timeline/entries.ts'
import { createRandom } from '../test/chaos/random.ts'

/** What a hundred commands are. Those that post to the room are few: Slack takes one message a second there. */
const HUNDRED = {
  ...{ open: 2, ack: 2, note: 6, again: 2, update: 1, severity: 1, look: 1 },
  ...{ status: 30, timeline: 10, list: 15, pods: 15, logs: 10, help: 5 },
}

type Kind = keyof typeof HUNDRED

export interface Typed {
  command: '/incident' | '/ops'
  text: string
  /** What it puts on record; null: it only reads. */
  records: EntryType | null
}

/** What people know who type them. */
export interface Known {
  /** Incidents that somebody is on. */
  acknowledged: number[]
  /** Those that nobody is on yet; an `ack` takes the first. */
  unacknowledged: number[]
  /** The newest. */
  newest: number
}

/** The commands of the load, one after the other; `again`: the last note comes a second time, as after an answer that got lost. */
export function createCommands(known: Known): () => Typed | 'again' {
  const { between } = createRandom(7)
  const kinds = Object.entries(HUNDRED).flatMap(([kind, count]) => Array<Kind>(count).fill(kind as Kind))
  for (let i = kinds.length - 1; i > 0; i--) {
    const j = between(0, i)
    ;[kinds[i], kinds[j]] = [kinds[j] as Kind, kinds[i] as Kind]
  }
  let n = -1
  /** How often it was this kind's turn. */
  const turns = Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<Kind, number>
  const any = () => `INC-${between(1, known.newest)}`
  const incident = (text: string, records: EntryType | null = null): Typed => ({ command: '/incident', text, records })
  const ops = (text: string, records: EntryType | null = null): Typed => ({ command: '/ops', text, records })

  return () => {
    n += 1
    const kind = kinds[n % kinds.length] as Kind
    const turn = turns[kind]++
    const ours = known.acknowledged[turn % known.acknowledged.length]
    const round = Math.floor(turn / known.acknowledged.length)
    switch (kind) {
      case 'open':
        return incident(`open P1 "Checkout times out, for the ${turn}th time" --service checkout`, 'incident.opened')
      case 'ack': {
        const id = known.unacknowledged.shift()
        // None has been answered yet that could be: the machine stood still.
        return id === undefined ? incident('list') : incident(`ack INC-${id}`, 'incident.acknowledged')
      }
      case 'note':
        return incident(`note INC-${ours} the provider confirmed an outage, ticket ${n}`, 'note.added')
      case 'update':
        return incident(`update INC-${ours} the provider is slow, we scale checkout (${n})`, 'incident.updated')
      case 'severity':
        return incident(`severity INC-${ours} ${['P0', 'P2', 'P1'][round % 3]}`, 'incident.severity_changed')
      case 'look':
        return ops(`pods checkout --incident INC-${ours}`, 'operation.read')
      case 'status':
      case 'timeline':
        return incident(`${kind} ${any()}`)
      case 'list':
        return incident('list')
      case 'pods':
      case 'logs':
        return ops(`${kind} checkout --incident none`)
      case 'help':
        return ops('help')
      case 'again':
        return 'again'
    }
  }
}
