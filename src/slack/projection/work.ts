import type { Touch } from './subjects.ts'

/** How long what failed is held back: longer each time. */
export interface Backoff {
  firstMs: number
  mostMs: number
}

export const BACKOFF: Backoff = { firstMs: 1_000, mostMs: 60_000 }

/** What a chain's worker has yet to show. In memory only: the entries after `projected` say it again. */
export interface Work {
  add(touch: Touch): void
  done(touch: Touch): void
  /** The most urgent one that isn't held back; of replies the oldest. */
  next(): Touch | null
  isEmpty(): boolean
  /** How long until something that is held back may be tried again, in ms. */
  msToNext(): number
  /** Slack shows everything up to here, when every entry up to `seen` was added. */
  shownThrough(seen: number): number
  /** Holds a thread (`INC-7`) or one message (`INC-7#3/reply`) back. */
  holdBack(what: string, ms: number): void
  /** The same, for longer each time until `mended`. */
  backOff(what: string): void
  mended(what: string): void
}

export const keyOf = ({ subject, slot }: Touch): string => `${subject}/${slot}`

export function createWork({ firstMs, mostMs }: Backoff, now: () => number = Date.now): Work {
  const outstanding = new Map<string, Touch>()
  const holds = new Map<string, number>()
  const delays = new Map<string, number>()
  const freeAt = (touch: Touch) => Math.max(holds.get(touch.root) ?? 0, holds.get(keyOf(touch)) ?? 0)
  return {
    add(touch) {
      const known = outstanding.get(keyOf(touch))
      outstanding.set(keyOf(touch), known ? merge(known, touch) : touch)
    },
    done: (touch) => void outstanding.delete(keyOf(touch)),
    next: () => [...outstanding.values()].filter((touch) => freeAt(touch) <= now()).sort(compare)[0] ?? null,
    isEmpty: () => outstanding.size === 0,
    msToNext: () => Math.max(0, Math.min(...[...outstanding.values()].map(freeAt)) - now()),
    shownThrough: (seen) => Math.min(seen, ...[...outstanding.values()].map(({ seq }) => seq - 1)),
    holdBack: (what, ms) => void holds.set(what, now() + ms),
    backOff(what) {
      const ms = Math.min(delays.get(what) ?? firstMs, mostMs)
      delays.set(what, ms * 2)
      holds.set(what, now() + ms)
    },
    mended(what) {
      delays.delete(what)
      holds.delete(what)
    },
  }
}

function merge(known: Touch, touch: Touch): Touch {
  if (known.slot !== 'card' || touch.slot !== 'card') return known
  return {
    ...known,
    urgency: Math.max(known.urgency, touch.urgency),
    seq: Math.min(known.seq, touch.seq),
    through: (touch.through?.seq ?? 0) > (known.through?.seq ?? 0) ? touch.through : known.through,
    cause: touch.cause ?? known.cause,
    recordedAt: known.recordedAt ?? touch.recordedAt,
  }
}

/** A file comes after the reply that speaks of it. */
const compare = (a: Touch, b: Touch) =>
  b.urgency - a.urgency || (a.seq === b.seq ? Number(a.slot === 'file') - Number(b.slot === 'file') : a.seq - b.seq)
