import type { Kysely } from 'kysely'
import type { Schema } from '../storage/schema.ts'
import { changeName } from './change.ts'
import { changedSince, changesUnderWay } from './locks/store.ts'

const DOING: Record<string, string> = {
  approved: 'is approved and runs next',
  claimed: 'is running',
  intended: 'is being applied',
  applied: 'was applied and is being watched',
  unknown: 'may have been applied, nobody knows',
}

/** So long after a change of an object whoever decides on the next one is told: it may not have settled for its users. */
const COOLDOWN_MIN = 10

/**
 * What whoever decides should know of other changes of the same objects. `undoes` is the change that is taken back,
 * `incident` where this is said.
 */
export async function overlaps(
  db: Kysely<Schema>,
  objects: string[],
  { undoes, incident }: { undoes: number | null; incident: number | null },
): Promise<string[]> {
  if (objects.length === 0) return []
  const [underWay, ended] = await Promise.all([
    changesUnderWay(db, objects, incident),
    changedSince(db, objects, incident, COOLDOWN_MIN),
  ])
  const others = <T extends { id: number }>(changes: T[]) => changes.filter(({ id }) => id !== undoes)
  return [
    ...others(underWay).map(({ id, line, state }) => `${named(id, line)} ${DOING[state]}, on the same object`),
    ...others(ended).map(({ id, line, minutes }) => {
      const ago = minutes === 0 ? 'less than a minute ago' : `${minutes} min ago`
      return `${named(id, line)} changed the same object ${ago}`
    }),
  ]
}

/** `line` is null where it isn't for everybody: that there is such a change, whoever decides has to know all the same. */
const named = (id: number, line: string | null): string =>
  line === null ? changeName(id) : `${changeName(id)} (${line})`
