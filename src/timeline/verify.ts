import { hash } from 'node:crypto'
import { type Facts, GENESIS } from './chain.ts'
import { createOrder, type Order } from './order.ts'
import type { Problem, ProblemKind, Verdict } from './verdict.ts'
import { type Blame, createContent, type Sealed } from './verify-content.ts'

/** An entry as it is stored, exported and streamed. */
export interface StoredEntry {
  seq: number
  /** The canonical JSON that was hashed. */
  bytes: string
  /** Hex. */
  hash: string
  /** Hex; null, as the payload, when it was erased. */
  salt: string | null
  payload: string | null
  /** In the database: what queries see, derived from the bytes. Times in milliseconds. */
  columns?: Pick<Facts, 'type' | 'subject' | 'actor' | 'cause'> & { occurred_at: number; recorded_at: number }
}

/** What is known of a chain from elsewhere. */
export interface Expected {
  /** Fingerprints of the keys that may have signed; null: any. */
  keys?: string[] | null
  /** Heads that were seen elsewhere, in Slack say: the entry's number and the first digits of its hash. */
  heads?: { seq: number; hash: string }[]
  /** Only the end of a chain is there, or some entries come again: as a sink's file has it. */
  excerpt?: boolean
}

/** The end on record. */
export interface End {
  length: number
  /** Hex; null when it isn't known. */
  head: string | null
}

export interface Verifier {
  /** Entries, in the order in which they are kept. */
  add(entry: StoredEntry): void
  /** The facts of the entry that was added last; null when they can't be read. */
  facts(): Facts | null
  /** Names a problem that only the caller can see. */
  blame: Blame
  /** `end`: null when it isn't known how many there should be. */
  end(end: End | null, sealed?: Sealed): Verdict
}

const MOST_PROBLEMS = 20
/** Whoever cuts out more in one piece has left nothing to name. */
const MOST_GAP = 1_000_000
const TWICE =
  'one was inserted, or the ledger was restored from a backup meanwhile, which gives numbers again that were lost'
/** What breaks the chain itself goes first; the rest often follows from it. */
const GRAVITY: ProblemKind[] = [
  ...(['deleted', 'inserted', 'reordered', 'edited', 'truncated'] as const),
  ...(['signature', 'unknown_key', 'unsigned', 'missing', 'file'] as const),
]

/**
 * Walks a chain, an entry at a time: every hash, every link, every payload against its commitment, every signature and
 * every erasure. What it remembers doesn't grow with the chain, as long as nothing is wrong (an excerpt's hashes apart).
 *
 * @param length how many entries there should be, where that is known before they come
 */
export function createVerifier(
  chain: string,
  { keys = null, heads = [], excerpt = false }: Expected,
  length: number = Number.POSITIVE_INFINITY,
): Verifier {
  const found = new Map<string, Problem>()
  let more = 0
  const content = createContent(chain, { keys, excerpt }, blame)
  let order: Order | null = null
  let from = 1
  let entries = 0
  let current: Facts | null = null
  /** The last entry that has its place, and what the next one may name as the one before. */
  let last = { seq: 0, hashes: [GENESIS.toString('hex')] }
  /** `left` and `right` don't fit together: which of them was edited shows when the next one comes. */
  let broken: { left: number; right: number } | null = null
  /** The hashes of an excerpt, where an entry may come again. */
  const known = new Map<number, string>()

  /** One problem an entry: the gravest. */
  function blame(kind: ProblemKind, entries: number[], text: string) {
    const key = String(entries[0])
    const earlier = found.get(key)
    if (earlier && GRAVITY.indexOf(earlier.kind) <= GRAVITY.indexOf(kind)) return
    if (!earlier && found.size >= MOST_PROBLEMS * 5) more += 1
    else found.set(key, { kind, entries, text })
  }

  const edited = (seq: number, how: string) => blame('edited', [seq], `entry ${seq} was edited: ${how}`)
  const isBlamed = (seq: number) => found.has(String(seq))

  function add(entry: StoredEntry) {
    const computed = hash('sha256', entry.bytes)
    const facts = parse(entry.bytes)
    const intact = facts !== null && computed === entry.hash
    current = facts
    const seq = intact ? facts.seq : entry.seq
    entries += 1
    if (isStranger(entry.seq, seq, intact ? facts : null)) return
    if (excerpt && intact && known.has(seq)) {
      // Sent again after a crash: it was verified when it came first.
      if (known.get(seq) !== computed) blame('inserted', [seq], `there are two different entries ${seq}: ${TWICE}`)
      entries -= 1
      return
    }
    if (excerpt) known.set(seq, computed)
    if (order === null) begin(excerpt ? seq : 1, facts)
    const step = (order as Order).step(seq)
    if (intact) checkFacts(entry, facts)
    else edited(seq, facts ? 'its facts don’t have the hash that was recorded' : 'its facts are no canonical JSON')
    link(step, seq, intact ? facts.prev : null)
    const hashes = intact ? [computed] : [entry.hash, computed]
    last = { seq, hashes: step === 'again' && last.seq === seq ? [...last.hashes, ...hashes] : hashes }
    for (const head of heads) {
      if (head.seq === seq && !computed.startsWith(head.hash.toLowerCase())) {
        edited(seq, `its hash is ${computed.slice(0, 16)}, and ${head.hash} was seen elsewhere`)
      }
    }
    if (intact) content.add(entry, facts)
    else if (facts?.type === 'timeline.erased') content.loseErasure()
  }

  /** Nothing that can have a place here. */
  function isStranger(numbered: number, seq: number, facts: Facts | null): boolean {
    const most = Math.min(length, (order?.next() ?? (excerpt ? seq : 1)) + MOST_GAP)
    if (facts && facts.chain !== chain) {
      blame('inserted', [numbered], `entry ${numbered} is no entry of ${chain} but entry ${seq} of ${facts.chain}`)
    } else if (seq > most) {
      blame('inserted', [seq], `entry ${seq} was inserted: the chain ends before it`)
    } else return false
    return true
  }

  function begin(seq: number, facts: Facts | null) {
    from = seq
    order = createOrder(seq)
    if (seq > 1) last = { seq: seq - 1, hashes: [facts?.prev ?? ''] }
  }

  /** What stands beside what was hashed says the same. */
  function checkFacts({ seq, columns }: StoredEntry, facts: Facts) {
    // Where entries are missing, those that follow may well have been numbered anew.
    const inPlace = facts.seq === from + entries - 1
    if (inPlace && seq !== facts.seq) edited(facts.seq, `it is numbered ${seq}`)
    if (columns && !derived(columns, facts)) edited(facts.seq, 'its columns say something else than its facts')
  }

  function link(step: 'next' | 'apart' | 'again', seq: number, prev: string | null) {
    const fits = prev === null || last.hashes.includes(prev)
    if (broken && step === 'next') {
      // When the right one is what the entry after it follows, it is genuine, and the left one isn't.
      settle(fits)
    } else if (broken) {
      // Something is out of order here, which explains the break.
      broken = null
    } else if (step === 'next' && !fits) broken = { left: last.seq, right: seq }
  }

  function settle(rightIsGenuine: boolean) {
    if (!broken) return
    const { left, right } = broken
    broken = null
    if (isBlamed(left) || isBlamed(right)) return
    if (rightIsGenuine && left >= from) edited(left, `its hash was made to fit, but entry ${right} follows another one`)
    else edited(right, `it doesn’t follow ${right === 1 ? 'the beginning of the chain' : `entry ${left}`}`)
  }

  function end(end: End | null, sealed?: Sealed): Verdict {
    const through = (order?.next() ?? 1) - 1
    const atEnd = end !== null && end.head !== null && last.seq === end.length && through === end.length
    const isHead = !atEnd || last.hashes.includes(end.head as string)
    settle(isHead)
    if (!isHead && !isBlamed(last.seq)) edited(last.seq, 'it is not the head on record, or the record was edited')
    const seen = Math.max(0, ...heads.map(({ seq }) => seq))
    for (const { seq, hash } of heads) {
      if (seq < from) blame('truncated', [seq], `entry ${seq}, of which ${hash} was seen elsewhere, is not in here`)
    }
    for (const { kind, entries, text } of (order ?? createOrder(1)).problems(Math.max(end?.length ?? through, seen))) {
      blame(kind, entries, text)
    }
    const said = content.end(through, sealed)
    const problems = [...found.values()].sort(
      (a, b) => GRAVITY.indexOf(a.kind) - GRAVITY.indexOf(b.kind) || (a.entries[0] ?? 0) - (b.entries[0] ?? 0),
    )
    return {
      ...{ chain, ok: problems.length === 0, from, entries, ...said, head: last.hashes[0] ?? '' },
      problems: problems.slice(0, MOST_PROBLEMS),
      more: more + Math.max(0, problems.length - MOST_PROBLEMS),
    }
  }

  return { add, blame, end, facts: () => current }
}

/** null unless these are the canonical bytes (RFC 8785) of an entry's facts: flat, so sorted keys are all there is to it. */
function parse(bytes: string): Facts | null {
  try {
    const { actor, cause, chain, occurred_at, payload, prev, recorded_at, seq, subject, type, v } = JSON.parse(
      bytes,
    ) as Facts
    const sorted = { actor, cause, chain, occurred_at, payload, prev, recorded_at, seq, subject, type, v }
    return JSON.stringify(sorted) === bytes && Number.isSafeInteger(seq) && seq > 0 ? sorted : null
  } catch {
    return null
  }
}

function derived(columns: NonNullable<StoredEntry['columns']>, facts: Facts): boolean {
  const { occurred_at, recorded_at } = facts
  const recorded = Date.parse(recorded_at)
  const occurred = occurred_at === recorded_at ? recorded : Date.parse(occurred_at)
  return (
    (['type', 'subject', 'actor', 'cause'] as const).every((name) => columns[name] === facts[name]) &&
    columns.occurred_at === occurred &&
    columns.recorded_at === recorded
  )
}
