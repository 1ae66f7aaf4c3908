import type { Entry } from '../../timeline/entries.ts'

/** What an export shows of the entries: all of them, and some once more under a heading of their own. */
type List = 'timeline' | 'updates' | 'decisions' | 'links' | 'output'

/** When each entry happened, and so in which order. Of an entry it keeps numbers and nothing else. */
export interface Order {
  add(seq: number, occurredAt: Date): void
  /** Puts the entry that was added last on a list; on the timeline it is already. */
  put(list: Exclude<List, 'timeline'>): void
  /** Where the entry that was added last stands, for whoever puts it on a list later. */
  place(): number
  putAt(list: Exclude<List, 'timeline'>, place: number): void
  /** A later correction counts instead of an earlier one. */
  correct(seq: number, to: Date): void
  /** When it happened, as far as is known by now; null when no entry says otherwise than itself. */
  corrected(seq: number): Date | null
  has(list: List): boolean
  /** The list's entries (seq) by the time when they happened; of one time, as they were recorded. */
  sorted(list: List): number[]
}

export function createOrder(): Order {
  // Of the entry that came first, second …: its number, and its time in ms.
  const numbers: number[] = []
  const times: number[] = []
  /** Which of them are on it, but for the timeline, where all are. */
  const lists: Record<Exclude<List, 'timeline'>, number[]> = { updates: [], decisions: [], links: [], output: [] }
  const corrections = new Map<number, number>()
  const seqAt = (place: number) => numbers[place] as number
  const timeAt = (place: number) => corrections.get(seqAt(place)) ?? (times[place] as number)
  return {
    add(seq, occurredAt) {
      numbers.push(seq)
      times.push(occurredAt.getTime())
    },
    put: (list) => void lists[list].push(numbers.length - 1),
    place: () => numbers.length - 1,
    putAt: (list, place) => void lists[list].push(place),
    correct: (seq, to) => void corrections.set(seq, to.getTime()),
    corrected(seq) {
      const to = corrections.get(seq)
      return to === undefined ? null : new Date(to)
    },
    has: (list) => (list === 'timeline' ? numbers : lists[list]).length > 0,
    sorted(list) {
      const places = list === 'timeline' ? [...numbers.keys()] : [...lists[list]]
      return places.sort((a, b) => timeAt(a) - timeAt(b) || seqAt(a) - seqAt(b)).map(seqAt)
    },
  }
}

/** When an entry happened: as it was corrected, else as it says. */
export const occurredAt = (order: Order, { seq, occurredAt }: Entry): Date => order.corrected(seq) ?? occurredAt
