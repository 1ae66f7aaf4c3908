import { type Kysely, sql } from 'kysely'
import type { State } from '../operations/states.ts'
import type { Schema } from '../storage/schema.ts'

/** How things stand for all replicas together. */
export interface Standing {
  /** How many changes are in a state that is no end; a state without any is left out. */
  changes: Partial<Record<State, number>>
  /** Plans that wait for another person's approval, and for how long the oldest has, in seconds; 0 when none does. */
  approvals: { waiting: number; oldest: number }
  /** For how long the oldest entry has waited that Slack does not show yet, in seconds; 0 when it shows all. */
  behind: number
  /** Open incidents. */
  incidents: { severity: string; status: string; n: number }[]
}

/** One round trip over the partial indexes: what has ended is not looked at, however much that is. */
export async function readStanding(db: Kysely<Schema>): Promise<Standing> {
  const { rows } = await sql<Omit<Standing, 'approvals'> & Standing['approvals']>`
    select
      (select coalesce(json_object_agg(state, n), '{}') from (
        select state, count(*)::int as n from changes
        where state in ('planned', 'approved', 'claimed', 'intended', 'applied', 'unknown') group by state) as by_state
      ) as changes,
      (select coalesce(json_agg(by_severity), '[]') from (
        select severity, status, count(*)::int as n from incidents
        where status not in ('resolved', 'closed', 'cancelled') group by severity, status) as by_severity
      ) as incidents,
      (select coalesce(extract(epoch from now() - min(
          -- Not joined: Postgres takes a third of all chains to be behind, and reads the whole timeline for them.
          (select recorded_at from timeline where timeline.chain = chains.chain and timeline.seq = projected + 1)
        )), 0)::float8 from chains where projected < seq
      ) as behind,
      asked.*
    from (
      select count(*)::int as waiting, coalesce(extract(epoch from now() - min(planned_at)), 0)::float8 as oldest
      from changes join plans on plans.change = changes.id and plans.n = changes.plan
      where state = 'planned' and tier <> 'low') as asked`.execute(db)
  const [{ waiting, oldest, ...standing }] = rows as [(typeof rows)[0]]
  return { ...standing, approvals: { waiting, oldest } }
}
