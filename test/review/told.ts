import { text } from 'node:stream/consumers'
import type { Change } from '../../src/operations/change.ts'
import { type ExportInput, writeExport } from '../../src/review/export.ts'
import { withFile } from '../../src/review/file.ts'
import { toEntry } from '../../src/timeline/chain.ts'
import type { Entry } from '../../src/timeline/entries.ts'
import type { Verdict } from '../../src/timeline/verdict.ts'
import type { StoredEntry } from '../../src/timeline/verify.ts'
import { at, HASH, incident, PEOPLE, SEVERITIES } from '../support/examples.ts'
import { signer } from '../timeline/chains.ts'

export const WELL: Verdict = {
  ...{ chain: 'INC-7', ok: true, from: 1, entries: 5, erased: 0, unexplained: 0, head: HASH },
  ...{ signatures: [], problems: [], more: 0 },
}

export interface Told extends Partial<Omit<ExportInput, 'chain'>> {
  stored: StoredEntry[]
  changes?: Change[]
  verdict?: Verdict
  /** As few at a time as this. */
  batch?: number
}

/** An export of what is in memory, as text. */
export async function exported(
  format: 'md' | 'json',
  { stored, changes = [], verdict = WELL, batch = 3, ...told }: Told,
) {
  const entries = new Map(stored.map((one) => [one.seq, toEntry(one)]))
  const input: ExportInput = {
    ...{ incident: incident(), severities: SEVERITIES, tasks: [], reviewItems: [], zone: 'Europe/Lisbon' },
    ...{ linkOf: () => null, rootLink: null, signer, generatedAt: at(3600) },
    namesOf: async (people) => new Map([...PEOPLE].filter(([id]) => people.includes(id))),
    ...told,
    chain: {
      async walk(seen) {
        for (const one of stored) seen(one, null)
        return verdict
      },
      sealed: () => batches(stored, batch),
      entries: (seqs) =>
        batches(
          seqs.map((seq) => entries.get(seq) as Entry),
          batch,
        ),
      changes: () => batches(changes, batch),
    },
  }
  return await withFile(
    (file) => writeExport(input, format, file),
    ({ read }) => text(read()),
  )
}

async function* batches<T>(all: T[], size: number): AsyncGenerator<T[]> {
  for (let from = 0; from < all.length; from += size) yield all.slice(from, from + size)
}
