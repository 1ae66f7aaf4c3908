import { canonical, sha256 } from './canonical.ts'
import { type Facts, GENESIS } from './chain.ts'

export interface StoredEntry {
  seq: number
  bytes: Buffer
  hash: Buffer
  /** null when the payload was erased. */
  salt: Buffer | null
  body: string | null
}

export type Verdict =
  | { ok: true; entries: number; erased: number; head: string }
  | { ok: false; seq: number; problem: string }

/**
 * Walks a chain from its first entry: every hash, every link, every payload against its commitment. `length` is how many
 * entries it is known to have: what is cut off at the end leaves no gap.
 */
export function verifyChain(chain: string, entries: StoredEntry[], length: number): Verdict {
  let prev: Buffer = GENESIS
  let erased = 0
  for (const [index, entry] of entries.entries()) {
    const seq = index + 1
    const fail = (problem: string): Verdict => ({ ok: false, seq, problem })
    if (entry.seq !== seq) return fail(`entry ${seq} is missing; entry ${entry.seq} stands in its place`)
    if (!sha256(entry.bytes).equals(entry.hash)) return fail('the facts were edited: their hash differs')
    const facts = parse(entry.bytes.toString())
    if (!facts) return fail('the bytes are not canonical')
    if (facts.chain !== chain || facts.seq !== seq) return fail(`it belongs to ${facts.chain} #${facts.seq}`)
    if (facts.prev !== prev.toString('hex')) return fail('it does not follow the entry before it')
    if (entry.salt === null || entry.body === null) erased += 1
    else if (sha256(entry.salt, entry.body).toString('hex') !== facts.payload) return fail('the payload was edited')
    prev = entry.hash
  }
  if (entries.length < length) {
    return { ok: false, seq: entries.length + 1, problem: `the entries after ${entries.length} are missing` }
  }
  return { ok: true, entries: entries.length, erased, head: prev.toString('hex') }
}

/** null unless these are the canonical bytes of something. */
function parse(bytes: string): Facts | null {
  try {
    const facts = JSON.parse(bytes) as Facts
    return canonical(facts) === bytes ? facts : null
  } catch {
    return null
  }
}
