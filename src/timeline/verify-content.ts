import { hash } from 'node:crypto'
import type { Facts } from './chain.ts'
import { isKept } from './classes.ts'
import { isSigned, type Signature } from './signing.ts'
import type { ProblemKind, Verdict } from './verdict.ts'
import type { StoredEntry } from './verify.ts'

export type Blame = (kind: ProblemKind, entries: number[], text: string) => void

/** What the entries of a chain say, against what their facts commit to; and what some of them say about the others. */
export interface Content {
  /** An entry whose facts are as they were recorded; what it says is null when it was erased. */
  add(entry: StoredEntry, facts: Facts): void
  /** An entry that says what was erased can't be believed: what is missing may well have been erased. */
  loseErasure(): void
  /** All of them have come. `through`: the last one's number; `sealed`: the signature over a file that holds them. */
  end(through: number, sealed: Sealed | undefined): Pick<Verdict, 'erased' | 'unexplained' | 'signatures'>
}

/** A signature over a whole file, and whether it is what it says. */
export interface Sealed {
  signature: Signature
  isGood: boolean
}

/**
 * @param expected `keys`: fingerprints of those that may have signed, null: any; `excerpt`: the chain may go on after
 *   what is there, and say then what was erased
 */
export function createContent(
  chain: string,
  { keys, excerpt }: { keys: string[] | null; excerpt: boolean },
  blame: Blame,
): Content {
  const withoutPayload = new Set<number>()
  const erased = new Set<number>()
  let erasureLost = false
  let signedWrongly = false
  const signatures = new Map<string, Verdict['signatures'][number]>()

  function add({ salt, payload }: StoredEntry, { seq, type, prev, payload: commitment }: Facts) {
    if (salt === null || payload === null) {
      if (type === 'timeline.erased') erasureLost = true
      if (isKept(type)) blame('missing', [seq], `what entry ${seq} said is missing, and a ${type} is never erased`)
      else withoutPayload.add(seq)
      return
    }
    if (committed(salt, payload) !== commitment) {
      if (type === 'timeline.erased') erasureLost = true
      return blame('edited', [seq], `entry ${seq} was edited: what it says is not what was recorded`)
    }
    if (type === 'timeline.erased') {
      for (const gone of erasedBy(payload)) if (withoutPayload.delete(gone)) erased.add(gone)
    }
    if (type === 'chain.signed') addSignature(seq, prev, signedBy(payload))
  }

  function addSignature(seq: number, prev: string, signed: Signature & { seq: number; hash: string }) {
    const wrong = (kind: ProblemKind, text: string) => {
      signedWrongly = true
      blame(kind, [seq], text)
    }
    const { key } = signed
    if (!isSigned({ kind: 'chain-head', of: { chain, seq: signed.seq, hash: signed.hash } }, signed)) {
      wrong('signature', `the signature in entry ${seq} is not one of key ${key} over entry ${signed.seq}`)
    } else if (signed.seq !== seq - 1 || signed.hash !== prev) {
      const since = Math.max(0, ...[...signatures.values()].map(({ through }) => through)) + 1
      const where = since < signed.seq ? `one of the entries ${since} to ${signed.seq}` : `entry ${signed.seq}`
      const how = `${where} is not what it was, and the hashes were made to fit`
      wrong('signature', `what was signed in entry ${seq} is another timeline: ${how}`)
    } else if (keys && !keys.includes(key)) wrong('unknown_key', `entry ${seq} is signed with key ${key}, ${NOT_NAMED}`)
    else count(key, signed.seq)
  }

  function count(key: string, through: number) {
    const earlier = signatures.get(key)
    signatures.set(key, { key, count: (earlier?.count ?? 0) + 1, through: Math.max(through, earlier?.through ?? 0) })
  }

  function end(through: number, sealed: Sealed | undefined) {
    if (!erasureLost && !excerpt) {
      for (const seq of withoutPayload) {
        blame('missing', [seq], `what entry ${seq} said is missing, and no entry says that it was erased`)
      }
    }
    const key = sealed?.signature.key ?? ''
    if (sealed && !sealed.isGood) {
      blame('signature', [], `the signature at the end is not one of key ${key} over this file`)
    } else if (sealed && keys && !keys.includes(key)) {
      blame('unknown_key', [], `the file is signed with key ${key}, ${NOT_NAMED}`)
    } else if (sealed) count(key, through)
    else if (keys && signatures.size === 0 && !signedWrongly) {
      blame('unsigned', [], 'nothing in it is signed with a key that was named')
    }
    const unexplained = excerpt ? withoutPayload.size : 0
    return { erased: erased.size, unexplained, signatures: [...signatures.values()] }
  }

  return {
    ...{ add, end },
    loseErasure() {
      erasureLost = true
    },
  }
}

/** What facts commit to: SHA-256 (hex) of the salt's bytes and of the payload's. */
const committed = (salt: string, payload: string): string =>
  hash('sha256', Buffer.concat([Buffer.from(salt, 'hex'), Buffer.from(payload)]))

const NOT_NAMED = 'which is none of those that were named'

/** Of a payload that has its commitment; a forger's may hold anything. */
const erasedBy = (payload: string): number[] => {
  const { entries } = dataOf(payload)
  return Array.isArray(entries) ? entries : []
}

const signedBy = (payload: string) => dataOf(payload) as unknown as Signature & { seq: number; hash: string }

function dataOf(payload: string): Record<string, unknown> {
  try {
    return JSON.parse(payload).data ?? {}
  } catch {
    return {}
  }
}
