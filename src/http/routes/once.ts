import type { Kysely } from 'kysely'
import { strip } from '../../../templates/text.ts'
import { userOf } from '../../identity/person.ts'
import type { Schema } from '../../storage/schema.ts'
import { describe } from '../../timeline/describe.ts'
import type { Entry } from '../../timeline/entries.ts'
import { DuplicateCause } from '../../timeline/ledger.ts'
import { readByCause } from '../../timeline/store.ts'
import type { Said } from './said.ts'

/**
 * Does what a gesture asks for, unless it is on record already: null then. It is looked up first, since what was done
 * may be a reason of its own to refuse it ("OP-12 is approved already").
 */
export async function once<T>(db: Kysely<Schema>, cause: string, act: () => Promise<T>): Promise<T | null> {
  if (await readByCause(db, cause)) return null
  return await act().catch((error) => {
    if (error instanceof DuplicateCause) return null
    throw error
  })
}

/** The gesture came a second time: what became of the first. */
export function already(entry: Entry | null): Said {
  if (!entry) return { kind: 'text', text: 'Not done again: it is on record already.' }
  const { actor, body } = entry
  const sentence = describe(entry, (id) => (id === actor.id ? actor.name : userOf(id)))
  return {
    kind: body.type === 'operation.refused' ? 'refused' : 'text',
    text: strip(`Not done again, it is on record already: ${sentence}`),
  }
}
