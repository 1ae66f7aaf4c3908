import type { Kysely } from 'kysely'
import type { Schema } from '../storage/schema.ts'
import { changeName } from './change.ts'
import { changesUnderWay } from './locks/store.ts'

const DOING: Record<string, string> = {
  approved: 'is approved and runs next',
  claimed: 'is running',
  intended: 'is being applied',
  applied: 'was applied and is being watched',
  unknown: 'may have been applied, nobody knows',
}

/** What whoever decides should know of other changes of the same objects; `undoes` is the change that is taken back. */
export async function overlaps(db: Kysely<Schema>, objects: string[], undoes: number | null): Promise<string[]> {
  if (objects.length === 0) return []
  const others = (await changesUnderWay(db, objects)).filter(({ id }) => id !== undoes)
  return others.map(({ id, line, state }) => `${changeName(id)} (${line}) ${DOING[state]}, on the same object`)
}
