import { type Kysely, sql, type Transaction } from 'kysely'
import type { Schema } from '../../storage/schema.ts'
import { type Change, changeName } from '../change.ts'
import type { Step } from '../operation.ts'
import type { State } from '../states.ts'

/** A worker has these, for as long as its lease holds. */
const IN_HAND: State[] = ['claimed', 'intended', 'applied']

/** Whether a time of a change that is in a worker's hands has passed, by the database's clock. */
export async function hasPassed(
  db: Kysely<Schema>,
  id: number,
  time: 'lease_until' | 'verify_until',
): Promise<boolean> {
  const row = await db
    .selectFrom('changes')
    .select('id')
    .where('id', '=', id)
    .where('state', 'in', IN_HAND)
    .where(time, '<=', sql<Date>`clock_timestamp()`)
    .executeTakeFirst()
  return row !== undefined
}

/**
 * Keeps a claimed change this worker's for `ms` from now (0 gives it up); false when it is another's, or may be: a lease
 * that ran out is nobody's to renew, since somebody may be looking already.
 */
export async function renewLease(db: Kysely<Schema>, id: number, epoch: number, ms: number): Promise<boolean> {
  const mine = db
    .updateTable('changes')
    .set({ lease_until: sql`now() + ${ms} * interval '1 millisecond'` })
    .where('id', '=', id)
    .where('epoch', '=', epoch)
    .where('state', 'in', IN_HAND)
  const kept = ms > 0 ? mine.where('lease_until', '>', sql<Date>`clock_timestamp()`) : mine
  const result = await kept.executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export async function insertIntent(trx: Transaction<Schema>, change: Change, step: number, document: Step, now: Date) {
  await trx
    .insertInto('run_steps')
    .values({
      change: change.id,
      plan: change.planNumber,
      step,
      epoch: change.epoch,
      document: JSON.stringify(document),
      intended_at: now,
    })
    .execute()
}

/** False when there is no such step: its intent was never recorded. */
export async function updateOutcome(
  trx: Transaction<Schema>,
  change: Change,
  step: number,
  outcome: { outcome: string; observed: string | null; at: Date },
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('run_steps')
    .set({ outcome: outcome.outcome, observed: outcome.observed, outcome_at: outcome.at })
    .where('change', '=', change.id)
    .where('plan', '=', change.planNumber)
    .where('step', '=', step)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

export interface RunStep {
  step: number
  document: Step
  outcome: string | null
}

/** The steps of a change whose intent was written, in order: as they were executed, not as they were approved. */
export async function readSteps(db: Kysely<Schema>, change: Change): Promise<RunStep[]> {
  const rows = await db
    .selectFrom('run_steps')
    .select(['step', 'document', 'outcome'])
    .where('change', '=', change.id)
    .where('plan', '=', change.planNumber)
    .orderBy('step')
    .execute()
  return rows.map((row) => ({ ...row, document: JSON.parse(row.document) as Step }))
}

export interface Due {
  id: number
  due: 'expire' | 'claim' | 'take_over'
  detail: string | null
  /** Why everything is held, if it is. */
  hold: string | null
  /** The change that has one of its objects; the way back waits for none. */
  holder: number | null
}

/** What a worker may do something about now: expire, claim, or take over from a worker that went silent. */
export async function dueChanges(db: Kysely<Schema>): Promise<Due[]> {
  const rows = await db
    .selectFrom('changes as c')
    .innerJoin('plans as p', (j) => j.onRef('p.change', '=', 'c.id').onRef('p.n', '=', 'c.plan'))
    .select((eb) => [
      'c.id',
      'c.detail',
      eb.selectFrom('freezes').select('reason').where('released_at', 'is', null).as('hold'),
      eb
        .selectFrom('change_objects as o')
        .innerJoin('object_locks as l', 'l.object', 'o.object')
        .select(({ fn }) => fn.min('l.change').as('holder'))
        .whereRef('o.change', '=', 'c.id')
        .whereRef('l.change', '<>', 'c.id')
        .where('c.undoes', 'is', null)
        .as('holder'),
      eb
        .case()
        .when('c.state', '=', 'planned')
        .then('expire')
        .when(eb.and([eb('c.state', '=', 'approved'), eb('p.execute_by', '<=', eb.fn<Date>('now'))]))
        .then('expire')
        .when('c.state', '=', 'approved')
        .then('claim')
        .else('take_over')
        .end()
        .as('due'),
    ])
    .where((eb) =>
      eb.or([
        eb.and([eb('c.state', '=', 'planned'), eb('p.approve_by', '<=', eb.fn<Date>('now'))]),
        eb('c.state', '=', 'approved'),
        eb.and([eb('c.state', 'in', IN_HAND), eb('c.lease_until', '<=', eb.fn<Date>('now'))]),
      ]),
    )
    .orderBy('c.id')
    .limit(100)
    .execute()
  return rows as Due[]
}

/** So many entries of a chain are looked through for what only the log wants to know. */
const LOOKED_THROUGH = 10_000

/**
 * The last gesture about a change that was not refused: of one that runs, the approval or confirmation that let it. Null
 * when it is further back in its chain than is looked.
 */
export async function readCause(db: Kysely<Schema>, id: number): Promise<string | null> {
  // First the newest entries, then this change's: asked the other way round, Postgres reads the causes of all chains.
  const newest = db
    .selectFrom('timeline')
    .select(['seq', 'subject', 'type', 'cause'])
    .where('chain', '=', (eb) => eb.selectFrom('changes').select('chain').where('id', '=', id))
    .orderBy('seq', 'desc')
    .limit(LOOKED_THROUGH)
  const row = await db
    .selectFrom(newest.as('newest'))
    .select('cause')
    .where('subject', '=', changeName(id))
    .where('cause', 'is not', null)
    .where('type', '<>', 'operation.refused')
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.cause ?? null
}
