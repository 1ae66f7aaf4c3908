import { sql } from 'kysely'
import type { Person } from '../../src/identity/person.ts'
import type { Plan } from '../../src/operations/change.ts'
import { alice, bob, carol, person, type TestEngine } from '../support/engine.ts'
import type { Lab } from './lab.ts'
import type { Model, ModelChange, Who } from './model.ts'

export const PEOPLE: Record<Who, Person> = { alice, bob, carol, dan: person('U0DAN'), eve: person('U0EVE', 'guest') }
const nameOf = (id: string) => Object.entries(PEOPLE).find(([, known]) => known.id === id)?.[0] as Who

interface Row {
  changes: {
    id: number
    requester: string
    state: string
    undoes: number | null
    incident: number | null
    looker: string | null
    plan: Plan
    votes: [person: string, decision: string][]
    asks: number
    outcomes: (string | null)[]
  }[]
  revoked: string[]
  status: string
  holds: number
  items: number
}

/** In one round trip: it is read after each act. */
const tables = sql<Row>`
  select
    (select coalesce(json_agg(json_build_object(
        'id', c.id, 'requester', c.requester, 'state', c.state, 'undoes', c.undoes, 'incident', c.incident,
        'looker', c.looker, 'plan', p.document::json,
        'votes', (select coalesce(json_agg(json_build_array(person, decision)), '[]') from votes where change = c.id),
        'asks', (select count(distinct round) from asks where change = c.id),
        'outcomes', (select coalesce(json_agg(outcome order by step), '[]') from run_steps where change = c.id)
      ) order by c.id), '[]') from changes c join plans p on p.change = c.id) as changes,
    (select coalesce(json_agg(person), '[]') from revocations where lifted_at is null) as revoked,
    (select count(*)::int from freezes where released_at is null) as holds,
    (select status from incidents) as status,
    (select count(*)::int from review_items) as items`

/** What the tables and the dials hold, in words that the model has, too. */
export async function readState({ db }: TestEngine, bench: Lab) {
  const { rows } = await tables.execute(db)
  const [{ changes, revoked, status, holds, items }] = rows as [Row]
  const effects = Object.values(await bench.effects())
  return {
    changes: changes.map(({ requester, state, undoes, incident, looker, plan, votes, asks, outcomes }) => ({
      ...{ by: nameOf(requester), state, tier: plan.tier, lowered: plan.lowered !== null },
      ...{ undoes: changes.findIndex(({ id }) => id === undoes) + 1, alone: incident === null },
      votes: Object.fromEntries(votes.map(([person, decision]) => [nameOf(person), decision])),
      ...{ asks, looker: looker && nameOf(looker), outcomes },
      steps: plan.steps.map(({ object }) => object.name),
    })),
    values: bench.dials.map(({ value }) => value),
    effects: effects.reduce((sum, times) => sum + times, 0),
    ...{ incidentOpen: status === 'investigating', held: holds > 0, reviewItems: items },
    revoked: revoked.map(nameOf).sort(),
  }
}

/** The same of the model. */
export const stateOf = (model: Model) => ({
  changes: model.changes.map((change) => ({
    ...{ by: change.by, state: change.state, tier: change.tier },
    ...{ lowered: change.lowered, undoes: change.undoes ?? 0, alone: change.alone },
    ...{ votes: change.votes, asks: change.asks, looker: change.looker },
    steps: change.plan.map(({ dial }) => nameIn(change, dial)),
    outcomes: change.run.map(({ outcome }) => outcome),
  })),
  values: model.dials.map(({ value }) => value),
  effects: model.dials.reduce((sum, { effects }) => sum + effects, 0),
  ...{ incidentOpen: model.incidentOpen, held: model.held, revoked: [...model.revoked].sort() },
  reviewItems: model.reviewItems,
})

/** What the lab calls the dial; one who turns it calls it just “the dial”. */
const nameIn = ({ operation }: ModelChange, dial: number): string =>
  operation === 'turn' ? 'dial' : (['a', 'b', 'c'][dial] ?? '')
