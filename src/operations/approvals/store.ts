import { type Kysely, sql, type Transaction } from 'kysely'
import type { Schema } from '../../storage/schema.ts'
import type { Change, Vote } from '../change.ts'

/** False when this person voted on this plan already; who only approved may still break the glass. */
export async function insertVote(trx: Transaction<Schema>, change: Change, vote: Vote): Promise<boolean> {
  const result = await trx
    .insertInto('votes')
    .values({
      change: change.id,
      plan: change.planNumber,
      person: vote.person,
      decision: vote.decision,
      voted_at: vote.at,
      comment: vote.comment,
      roles_as_of: vote.rolesAsOf,
    })
    .onConflict((c) =>
      c
        .columns(['change', 'plan', 'person'])
        .doUpdateSet({ decision: vote.decision, voted_at: vote.at, comment: vote.comment, roles_as_of: vote.rolesAsOf })
        .where('votes.decision', '=', 'approve')
        .where(sql.val(vote.decision), '=', 'break_glass'),
    )
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

/** A round that asks nobody is kept as well: nobody is left. */
export async function insertAsk(
  trx: Transaction<Schema>,
  { change, round, people, at }: { change: number; round: number; people: string[]; at: Date },
) {
  const rows = (people.length > 0 ? people : ['']).map((person) => ({ change, round, person, asked_at: at }))
  await trx.insertInto('asks').values(rows).execute()
}

/**
 * Changes of incidents of these severities that nobody looks at: the last ask is `afterMs` ago (after the first round, the
 * second, …; the last of them goes on), who said to look did so `lookingMs` ago, and somebody may be left to ask.
 */
export async function unheeded(
  db: Kysely<Schema>,
  { severities, afterMs, lookingMs }: { severities: string[]; afterMs: number[]; lookingMs: number },
): Promise<number[]> {
  if (severities.length === 0) return []
  const ms = (n: unknown) => sql<Date>`${n} * interval '1 millisecond'`
  const rows = await db
    .selectFrom('changes as c')
    .innerJoin('incidents as i', 'i.id', 'c.incident')
    .innerJoinLateral(
      ({ selectFrom }) =>
        selectFrom('asks')
          .select(({ fn }) => [fn.max('round').as('round'), fn.max('asked_at').as('at')])
          .select(sql<boolean>`bool_or(person = '')`.as('over'))
          .whereRef('asks.change', '=', 'c.id')
          .as('a'),
      (join) => join.onTrue(),
    )
    .select('c.id')
    .where('c.state', '=', 'planned')
    .where('i.severity', 'in', severities)
    .where('a.over', '=', false)
    .where(sql<boolean>`a.at + ${ms(sql`(${afterMs}::bigint[])[least(a.round + 1, ${afterMs.length})]`)} <= now()`)
    .where(sql<boolean>`coalesce(c.looking_since + ${ms(lookingMs)} <= now(), true)`)
    .execute()
  return rows.map(({ id }) => id)
}

/** Somebody looks at the plan. */
export async function updateLooker(trx: Transaction<Schema>, change: number, person: string, at: Date) {
  await trx.updateTable('changes').set({ looker: person, looking_since: at }).where('id', '=', change).execute()
}
