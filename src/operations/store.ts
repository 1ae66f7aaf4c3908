import type { Kysely, Transaction } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import { seenBy, type Viewer } from '../incidents/store.ts'
import type { Schema } from '../storage/schema.ts'
import type { Change, Plan, Vote } from './change.ts'
import type { Value } from './operation.ts'
import type { State } from './states.ts'

type Db = Kysely<Schema>
type Trx = Transaction<Schema>

const UNDER_WAY: State[] = ['planned', 'approved', 'claimed', 'intended', 'applied', 'unknown']

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
          .select(['v.person', 'v.decision', 'v.voted_at', 'v.comment', 'v.roles_as_of'])
          .whereRef('v.change', '=', 'c.id')
          .whereRef('v.plan', '=', 'c.plan')
          .orderBy('v.voted_at'),
      ).as('votes'),
      jsonArrayFrom(
        selectFrom('changes as u').select(['u.id', 'u.state']).whereRef('u.undoes', '=', 'c.id').orderBy('u.id'),
      ).as('undos'),
      jsonArrayFrom(
        selectFrom('asks as a')
          .select(['a.round', 'a.person', 'a.asked_at'])
          .whereRef('a.change', '=', 'c.id')
          .orderBy('a.round'),
      ).as('asks'),
      selectFrom('changes as r').select('r.detail').whereRef('r.id', '=', 'c.replaces').as('replaced_detail'),
      selectFrom('run_steps as s')
        .select(({ fn }) => fn.countAll<number>().as('n'))
        .whereRef('s.change', '=', 'c.id')
        .whereRef('s.plan', '=', 'c.plan')
        .where('s.outcome', '=', 'applied')
        .as('applied'),
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
    comment: v.comment,
    rolesAsOf: v.roles_as_of ? new Date(v.roles_as_of) : null,
  })),
  asks: row.asks.map(({ round, person, asked_at }) => ({ round, person, at: new Date(asked_at) })),
  looker: row.looker,
  lookingSince: row.looking_since,
  replaces: row.replaces === null ? null : { id: row.replaces, detail: row.replaced_detail },
  epoch: row.epoch,
  requestedAt: row.requested_at,
  approveBy: row.approve_by,
  executeBy: row.execute_by,
  verifyUntil: row.verify_until,
  finishedAt: row.finished_at,
  detail: row.detail,
  seenBefore: row.seen_before,
  applied: row.applied ?? 0,
  undoneBy: row.undos.map((u) => ({ id: u.id, state: u.state as State })),
})

export async function readChange(db: Db, id: number): Promise<Change | null> {
  const row = await selectChanges(db).where('c.id', '=', id).executeTakeFirst()
  return row ? fromRow(row) : null
}

/** The same for somebody: null also when it belongs to an incident that they may not know of. */
export async function readSeenChange(db: Db, viewer: Viewer, id: number): Promise<Change | null> {
  const seen = await db
    .selectFrom('changes')
    .leftJoin('incidents', 'incidents.id', 'changes.incident')
    .select('changes.id')
    .where('changes.id', '=', id)
    .where((eb) => eb.or([eb('changes.incident', 'is', null), seenBy(viewer)]))
    .executeTakeFirst()
  return seen ? await readChange(db, id) : null
}

/** The changes of an incident, oldest first; of many, so many after one of them. */
export async function changesOf(
  db: Db,
  incident: number,
  { after = 0, limit }: { after?: number; limit?: number } = {},
): Promise<Change[]> {
  let query = selectChanges(db).where('c.incident', '=', incident).where('c.id', '>', after).orderBy('c.id')
  if (limit !== undefined) query = query.limit(limit)
  return (await query.execute()).map(fromRow)
}

/** Changes of an incident, or of none, that have not ended. */
export async function liveChanges(db: Db, incident: number | null): Promise<Change[]> {
  const live = selectChanges(db).where('c.incident', 'is not distinct from', incident).where('c.state', 'in', UNDER_WAY)
  return (await live.orderBy('c.id').execute()).map(fromRow)
}

/** What somebody asked for and has not begun. */
export async function waitingOf(db: Db, requester: string): Promise<Change[]> {
  const waiting = selectChanges(db).where('c.requester', '=', requester).where('c.state', 'in', ['planned', 'approved'])
  return (await waiting.orderBy('c.id').execute()).map(fromRow)
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
> & { replaces: number | null }

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

export interface Fields {
  detail?: string | null
  finished_at?: Date
  verify_until?: Date
  lease_until?: Date | null
  worker?: string | null
  seen_before?: string
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

/** The chain that a change is recorded in; it never moves to another. */
export async function readChain(db: Db, id: number): Promise<string> {
  const row = await db.selectFrom('changes').select('chain').where('id', '=', id).executeTakeFirstOrThrow()
  return row.chain
}
