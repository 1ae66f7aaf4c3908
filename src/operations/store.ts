import { type Kysely, sql, type Transaction } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import type { Schema } from '../storage/schema.ts'
import type { Change, Plan, Vote } from './change.ts'
import type { Step, Value } from './operation.ts'
import type { State } from './states.ts'

type Db = Kysely<Schema>
type Trx = Transaction<Schema>

const UNDER_WAY: State[] = ['planned', 'approved', 'claimed', 'intended', 'applied', 'unknown']
/** A worker has these, for as long as its lease holds. */
const IN_HAND: State[] = ['claimed', 'intended', 'applied']

/** Changes with their current plan, votes and undos, in one round trip. */
const selectChanges = (db: Db) =>
  db
    .selectFrom('changes as c')
    .innerJoin('plans as p', (j) => j.onRef('p.change', '=', 'c.id').onRef('p.n', '=', 'c.plan'))
    .selectAll('c')
    .select(['p.hash', 'p.document', 'p.approve_by', 'p.execute_by'])
    .select(({ selectFrom }) => [
      jsonArrayFrom(
        selectFrom('votes as v')
          .select(['v.person', 'v.decision', 'v.voted_at'])
          .whereRef('v.change', '=', 'c.id')
          .whereRef('v.plan', '=', 'c.plan')
          .orderBy('v.voted_at'),
      ).as('votes'),
      jsonArrayFrom(
        selectFrom('changes as u').select(['u.id', 'u.state']).whereRef('u.undoes', '=', 'c.id').orderBy('u.id'),
      ).as('undos'),
    ])

type ChangeRow = Awaited<ReturnType<ReturnType<typeof selectChanges>['executeTakeFirstOrThrow']>>

const fromRow = (row: ChangeRow): Change => ({
  id: row.id,
  chain: row.chain,
  incident: row.incident,
  channel: row.channel,
  requester: row.requester,
  operation: row.operation,
  version: row.version,
  line: row.line,
  args: row.args as Record<string, Value>,
  service: row.service,
  target: row.target,
  environment: row.environment,
  undoes: row.undoes,
  state: row.state as State,
  planNumber: row.plan,
  planHash: row.hash.toString('hex'),
  plan: JSON.parse(row.document) as Plan,
  // Inside JSON a time is text.
  votes: row.votes.map((v) => ({
    person: v.person,
    decision: v.decision as Vote['decision'],
    at: new Date(v.voted_at),
  })),
  epoch: row.epoch,
  requestedAt: row.requested_at,
  approveBy: row.approve_by,
  executeBy: row.execute_by,
  verifyUntil: row.verify_until,
  finishedAt: row.finished_at,
  detail: row.detail,
  undoneBy: row.undos.map((u) => ({ id: u.id, state: u.state as State })),
})

export async function readChange(db: Db, id: number): Promise<Change | null> {
  const row = await selectChanges(db).where('c.id', '=', id).executeTakeFirst()
  return row ? fromRow(row) : null
}

/** The changes of an incident, oldest first. */
export async function changesOf(db: Db, incident: number): Promise<Change[]> {
  const rows = await selectChanges(db).where('c.incident', '=', incident).orderBy('c.id').execute()
  return rows.map(fromRow)
}

/** Changes of an incident that have not ended. */
export async function liveChanges(db: Db, incident: number): Promise<Change[]> {
  const live = selectChanges(db).where('c.incident', '=', incident).where('c.state', 'in', UNDER_WAY)
  return (await live.orderBy('c.id').execute()).map(fromRow)
}

/** A change under way that asks for the same as this one, which has ended. */
export async function readTwin(db: Db, { id, chain, line, environment }: Change): Promise<Change | null> {
  const row = await selectChanges(db)
    .where('c.chain', '=', chain)
    .where('c.line', '=', line)
    .where('c.environment', '=', environment)
    .where('c.id', '>', id)
    .where('c.state', 'in', UNDER_WAY)
    .orderBy('c.id')
    .limit(1)
    .executeTakeFirst()
  return row ? fromRow(row) : null
}

/** What is known of a change before it is one. */
export type NewChange = Pick<
  Change,
  | ('chain' | 'incident' | 'channel' | 'requester' | 'operation' | 'version' | 'line' | 'args')
  | ('service' | 'target' | 'environment' | 'undoes' | 'requestedAt')
>

export async function insertChange(trx: Trx, { requestedAt, ...change }: NewChange): Promise<number> {
  const row = await trx
    .insertInto('changes')
    .values({ ...change, args: JSON.stringify(change.args), state: 'planned', plan: 1, requested_at: requestedAt })
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id
}

export async function insertPlan(
  trx: Trx,
  plan: { change: number; hash: Buffer; document: string; tier: string; approveBy: Date; executeBy: Date; now: Date },
) {
  await trx
    .insertInto('plans')
    .values({
      change: plan.change,
      n: 1,
      hash: plan.hash,
      document: plan.document,
      tier: plan.tier,
      approve_by: plan.approveBy,
      execute_by: plan.executeBy,
      planned_at: plan.now,
    })
    .execute()
}

/** False when this person voted on this plan already. */
export async function insertVote(trx: Trx, change: Change, vote: Vote): Promise<boolean> {
  const result = await trx
    .insertInto('votes')
    .values({
      change: change.id,
      plan: change.planNumber,
      person: vote.person,
      decision: vote.decision,
      voted_at: vote.at,
    })
    .onConflict((c) => c.doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

export interface Fields {
  detail?: string | null
  finished_at?: Date
  verify_until?: Date
  lease_until?: Date | null
  worker?: string | null
  epoch?: number
}

/** Compare-and-set on state and epoch; false when somebody else moved it. */
export async function updateState(trx: Trx, change: Change, to: State, fields: Fields): Promise<boolean> {
  const result = await trx
    .updateTable('changes')
    .set({ state: to, ...fields })
    .where('id', '=', change.id)
    .where('state', '=', change.state)
    .where('epoch', '=', change.epoch)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** What was last seen, while the effect settles; false when this worker has lost the change. */
export async function updateDetail(trx: Trx, change: Change, detail: string): Promise<boolean> {
  const result = await trx
    .updateTable('changes')
    .set({ detail })
    .where('id', '=', change.id)
    .where('state', '=', change.state)
    .where('epoch', '=', change.epoch)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** Whether a time of a change that is in a worker's hands has passed, by the database's clock. */
export async function hasPassed(db: Db, id: number, time: 'lease_until' | 'verify_until'): Promise<boolean> {
  const row = await db
    .selectFrom('changes')
    .select('id')
    .where('id', '=', id)
    .where('state', 'in', IN_HAND)
    .where(time, '<=', sql<Date>`clock_timestamp()`)
    .executeTakeFirst()
  return row !== undefined
}

/** Keeps a claimed change this worker's for `ms` from now (0 gives it up); false when it is another's. */
export async function renewLease(db: Db, id: number, epoch: number, ms: number): Promise<boolean> {
  const result = await db
    .updateTable('changes')
    .set({ lease_until: sql`now() + ${ms} * interval '1 millisecond'` })
    .where('id', '=', id)
    .where('epoch', '=', epoch)
    .where('state', 'in', IN_HAND)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export async function insertIntent(trx: Trx, change: Change, step: number, document: Step, now: Date) {
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

export async function updateOutcome(
  trx: Trx,
  change: Change,
  step: number,
  outcome: { outcome: string; observed: string | null; at: Date },
) {
  await trx
    .updateTable('run_steps')
    .set({ outcome: outcome.outcome, observed: outcome.observed, outcome_at: outcome.at })
    .where('change', '=', change.id)
    .where('plan', '=', change.planNumber)
    .where('step', '=', step)
    .execute()
}

export interface RunStep {
  step: number
  document: Step
  outcome: string | null
}

/** The steps of a change whose intent was written, in order: as they were executed, not as they were approved. */
export async function readSteps(db: Db, change: Change): Promise<RunStep[]> {
  const rows = await db
    .selectFrom('run_steps')
    .select(['step', 'document', 'outcome'])
    .where('change', '=', change.id)
    .where('plan', '=', change.planNumber)
    .orderBy('step')
    .execute()
  return rows.map((row) => ({ ...row, document: JSON.parse(row.document) as Step }))
}

/** What a worker may do something about now: expire, claim, or take over from a worker that went silent. */
export async function dueChanges(db: Db): Promise<{ id: number; due: 'expire' | 'claim' | 'take_over' }[]> {
  const rows = await db
    .selectFrom('changes as c')
    .innerJoin('plans as p', (j) => j.onRef('p.change', '=', 'c.id').onRef('p.n', '=', 'c.plan'))
    .select((eb) => [
      'c.id',
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
  return rows as { id: number; due: 'expire' | 'claim' | 'take_over' }[]
}

/** The chain that a change is recorded in; it never moves to another. */
export async function readChain(db: Db, id: number): Promise<string> {
  const row = await db.selectFrom('changes').select('chain').where('id', '=', id).executeTakeFirstOrThrow()
  return row.chain
}
