/** What the ledger once said: a message of ours in Slack carries it, and this process remembers what it recorded. */
export interface Sighting {
  /** `INC-7`, `OP-12`, `INC-7#3`: what was spoken of. */
  subject: string
  chain: string
  /** 0: of no entry in particular. */
  seq: number
  /** The first characters of that entry's hash (hex); null where the message doesn't tell. */
  head: string | null
  /** When that entry was recorded; null where the message doesn't tell. */
  recordedAt: Date | null
}

/** The same, with what the ledger has in that place. */
export interface Compared extends Sighting {
  /** How many entries the chain has; null: there is no such chain. */
  kept: number | null
  /** The entry's hash (hex); null: there is no such entry. */
  hash: string | null
}

/** How many chains are named; the rest is counted. */
const NAMED = 20

/** The entries that were there once, chain by chain, in words; empty when nothing is missing. */
export function describeLost(compared: Compared[]): string {
  const chains = Map.groupBy(compared.filter(isLost), ({ chain }) => chain)
  const all = [...chains].sort(([a], [b]) => inOrder(a, b)).map(([chain, lost]) => lostOf(chain, lost))
  const more = all.length > NAMED ? [`${all.length - NAMED} more`] : []
  return [...all.slice(0, NAMED), ...more].join('; ')
}

/** It is beyond the chain's end, or another entry is in its place now. */
const isLost = ({ seq, head, kept, hash }: Compared): boolean =>
  kept === null || seq > kept || (seq > 0 && head !== null && hash !== null && !hash.startsWith(head))

function lostOf(chain: string, lost: Compared[]): string {
  const about = [...new Set(lost.map(({ subject }) => subject.replace(/#\d+$/, '')))].filter((name) => name !== chain)
  const names = about.length > 0 ? ` (about ${about.sort(inOrder).join(', ')})` : ''
  const to = Math.max(...lost.map(({ seq }) => seq))
  const kept = lost[0]?.kept ?? null
  if (kept === null) return `${chain}, the whole of it${names}`
  const from = Math.min(kept + 1, ...lost.map(({ seq }) => seq))
  return from === to ? `${chain}, entry ${to}${names}` : `${chain}, entries ${from} to ${to}${names}`
}

/** OP-9 before OP-10. */
const inOrder = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true })

/** The largest number that each kind of name was given: no name is to be given twice. */
export function numbersIn(sightings: Sighting[]): Record<'INC' | 'OP' | 'HOLD' | 'RECOVERY', number> {
  const numbers = { INC: 0, OP: 0, HOLD: 0, RECOVERY: 0 }
  for (const name of sightings.flatMap(({ subject, chain }) => [subject, chain])) {
    const [, kind, number] = /^(INC|OP|HOLD|RECOVERY)-([1-9]\d{0,8})(?:#\d+)?$/.exec(name) ?? []
    if (kind) numbers[kind as keyof typeof numbers] = Math.max(numbers[kind as keyof typeof numbers], Number(number))
  }
  return numbers
}
