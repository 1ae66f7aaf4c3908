import { type Kysely, sql } from 'kysely'
import { userOf } from '../identity/person.ts'
import type { State } from '../operations/states.ts'
import type { Schema } from '../storage/schema.ts'

/** A change that waits for somebody's word: for their approval, or, as they asked for it, for their confirmation. */
export interface WaitingChange {
  id: number
  /** As it was typed: `scale checkout 5`. */
  line: string
  incident: number | null
  requester: string
  tier: string
  approveBy: Date
}

/**
 * What waits for whoever has one of these ids: plans that they, or a user group of theirs, were asked to approve and have not
 * voted on; and their own that nobody but they confirm. It looks at what is planned now, and at nothing older.
 */
export async function changesWaitingFor(db: Kysely<Schema>, ids: string[]): Promise<WaitingChange[]> {
  return await db
    .selectFrom('changes as c')
    .innerJoin('plans as p', (j) => j.onRef('p.change', '=', 'c.id').onRef('p.n', '=', 'c.plan'))
    .select(['c.id', 'c.line', 'c.incident', 'c.requester', 'p.tier', 'p.approve_by as approveBy'])
    .where('c.state', '=', 'planned')
    .where(({ eb, and, or, not, exists, selectFrom }) =>
      or([
        and([eb('p.tier', '=', 'low'), eb('c.requester', 'in', ids)]),
        and([
          eb('c.requester', 'not in', ids),
          exists(
            selectFrom('asks as a')
              .select('a.change')
              .whereRef('a.change', '=', 'c.id')
              .where(({ eb, or }) =>
                or([eb('a.person', 'in', ids), eb('a.person', 'in', groupsOf(db, ids.map(userOf)))]),
              ),
          ),
          not(
            exists(
              selectFrom('votes as v')
                .select('v.change')
                .whereRef('v.change', '=', 'c.id')
                .whereRef('v.plan', '=', 'c.plan')
                .where('v.person', 'in', ids),
            ),
          ),
        ]),
      ]),
    )
    .orderBy('c.id')
    .execute()
}

/** The user groups that one of these users is in, as Slack said last. */
const groupsOf = (db: Kysely<Schema>, users: string[]) =>
  db.selectFrom('memberships').select('user_group').where(sql<boolean>`members::jsonb ?| ${users}::text[]`)

/** What somebody asked for, and how it stands. */
export interface Requested {
  id: number
  line: string
  incident: number | null
  state: State
  /** Why it is in this state, or what was last seen. */
  detail: string | null
  requestedAt: Date
}

/** What whoever has one of these ids asked for last, newest first: constant work, however much they ever asked for. */
export async function requestedLast(db: Kysely<Schema>, ids: string[], limit: number): Promise<Requested[]> {
  const rows = await db
    .selectFrom(sql<{ person: string }>`unnest(${ids}::text[])`.as<'who'>(sql`who(person)`))
    .innerJoinLateral(
      (eb) =>
        eb
          .selectFrom('changes')
          .select(['id', 'line', 'incident', 'state', 'detail', 'requested_at'])
          .whereRef('requester', '=', 'who.person')
          .orderBy('id', 'desc')
          .limit(limit)
          .as('c'),
      (join) => join.onTrue(),
    )
    .select(['c.id', 'c.line', 'c.incident', 'c.state', 'c.detail', 'c.requested_at as requestedAt'])
    .orderBy('c.id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ ...row, state: row.state as State }))
}

/** Something to be done: in the incident, or, a follow-up, after it. */
export interface OwnTask {
  id: number
  incident: number
  kind: string
  text: string
  /** The message that it was made of. */
  channel: string | null
  ts: string | null
}

/** What whoever has one of these ids has to do, oldest first. */
export async function tasksOf(db: Kysely<Schema>, ids: string[]): Promise<OwnTask[]> {
  return await db
    .selectFrom('tasks')
    .select(['id', 'incident', 'kind', 'text', 'channel', 'ts'])
    .where('owner', 'in', ids)
    .where('settled_at', 'is', null)
    .orderBy('id')
    .execute()
}
