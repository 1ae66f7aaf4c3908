import type { StoredEntry } from '../../src/timeline/verify.ts'
import { makeChain, refit } from './chains.ts'

type Tampered = { entries: StoredEntry[]; names: number[]; kinds: string[] } | null
const put = (entries: StoredEntry[], at: number, ...more: StoredEntry[]) => entries.toSpliced(at, 0, ...more)
const replace = (entries: StoredEntry[], at: number, entry: StoredEntry) => entries.with(at, entry)

/** Every single thing that can be done to entry `i` (and `j`), and which entries have to be named for it. */
export const TAMPERINGS: Record<string, (entries: StoredEntry[], i: number, j: number) => Tampered> = {
  'edits the facts': (entries, i) => {
    const entry = entries[i] as StoredEntry
    const bytes = entry.bytes.replace('"actor":"firebreak"', '"actor":"T1/U0MALLORY"')
    return { entries: replace(entries, i, { ...entry, bytes }), names: [i + 1], kinds: ['edited'] }
  },
  'edits the facts and makes the hash fit': (entries, i) => {
    const edited = refit(entries[i] as StoredEntry, { actor: 'T1/U0MALLORY' })
    return { entries: replace(entries, i, edited), names: [i + 1], kinds: ['edited', 'signature'] }
  },
  'edits the link to the one before': (entries, i) => {
    const edited = refit(entries[i] as StoredEntry, { prev: '0'.repeat(63).concat('1') })
    return { entries: replace(entries, i, edited), names: [i + 1], kinds: ['edited', 'signature'] }
  },
  'edits the hash': (entries, i) => {
    const edited = { ...(entries[i] as StoredEntry), hash: '0'.repeat(64) }
    return { entries: replace(entries, i, edited), names: [i + 1], kinds: ['edited'] }
  },
  'edits what it says': (entries, i) => {
    const entry = entries[i] as StoredEntry
    if (entry.payload === null) return null
    const payload = entry.payload.replace('Firebreak', 'Mallory')
    return { entries: replace(entries, i, { ...entry, payload }), names: [i + 1], kinds: ['edited'] }
  },
  'edits the salt': (entries, i) => {
    const entry = entries[i] as StoredEntry
    if (entry.salt === null) return null
    return { entries: replace(entries, i, { ...entry, salt: '00'.repeat(16) }), names: [i + 1], kinds: ['edited'] }
  },
  'takes what it says away': (entries, i) => {
    const entry = entries[i] as StoredEntry
    if (entry.payload === null) return null
    const gone = { ...entry, salt: null, payload: null }
    return { entries: replace(entries, i, gone), names: [i + 1], kinds: ['missing'] }
  },
  'puts something in the place of what was erased': (entries, i) => {
    const entry = entries[i] as StoredEntry
    if (entry.payload !== null) return null
    const forged = { ...entry, salt: '00', payload: '{"data":{},"name":"Mallory"}' }
    return { entries: replace(entries, i, forged), names: [i + 1], kinds: ['edited'] }
  },
  'deletes it': (entries, i) => ({
    entries: entries.toSpliced(i, 1),
    names: [i + 1],
    kinds: i === entries.length - 1 ? ['truncated'] : ['deleted'],
  }),
  'cuts off the end': (entries, i) => ({ entries: entries.slice(0, i), names: [i + 1], kinds: ['truncated'] }),
  'swaps two': (entries, i, j) => {
    if (i === j) return null
    const swapped = entries.with(i, entries[j] as StoredEntry).with(j, entries[i] as StoredEntry)
    return { entries: swapped, names: [i + 1, j + 1], kinds: ['reordered'] }
  },
  'moves it': (entries, i, j) => {
    if (Math.abs(i - j) < 2) return null
    const moved = entries.toSpliced(i, 1).toSpliced(j, 0, entries[i] as StoredEntry)
    return { entries: moved, names: [i + 1], kinds: ['reordered'] }
  },
  'puts it in a second time': (entries, i, j) => ({
    entries: put(entries, j + 1, entries[i] as StoredEntry),
    names: [i + 1],
    kinds: ['inserted'],
  }),
  'inserts a forged one after it': (entries, i) => {
    const next = refit(entries[i] as StoredEntry, {
      seq: i + 2,
      prev: (entries[i] as StoredEntry).hash,
      type: 'forged',
    })
    return { entries: put(entries, i + 1, { ...next, seq: i + 2 }), names: [i + 2], kinds: ['inserted'] }
  },
  'inserts one that follows nothing': (entries, i) => {
    const next = refit(entries[i] as StoredEntry, { seq: i + 2, prev: '1'.repeat(64), type: 'forged' })
    return { entries: put(entries, i + 1, { ...next, seq: i + 2 }), names: [i + 2], kinds: ['inserted'] }
  },
  'inserts one of another chain': (entries, i) => {
    const [other] = makeChain('INC-8').say('elsewhere').entries as [StoredEntry]
    return { entries: put(entries, i, { ...other, seq: i + 1 }), names: [i + 1], kinds: ['inserted'] }
  },
  'makes nonsense of it': (entries, i) => {
    const entry = { ...(entries[i] as StoredEntry), bytes: '{' }
    return { entries: replace(entries, i, entry), names: [i + 1], kinds: ['edited'] }
  },
}
