import { setTimeout as sleep } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import type { Schema } from '../../src/storage/schema.ts'
import { alice } from '../support/engine.ts'
import { assertLawful } from './lawful.ts'
import { subjects } from './subjects.ts'
import { PATIENCE_MS, startTrial, type Trial } from './trial.ts'

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; !(await holds()); await sleep(20)) {
    if (Date.now() > end) throw new Error(`it never came to this: ${what}`)
  }
}

const start = (trial: Trial, count: number) => {
  for (let n = 1; n <= count; n++) trial.replica(`replica ${n}`).engine.worker.start()
}

/** How many transactions of this database wait for a lock. */
async function waiting(db: Kysely<Schema>): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`.execute(db)
  return rows[0]?.n ?? 0
}

// One after the other: ten replicas have a hundred connections.
describe.each(subjects)('$name, wanted by several replicas', { timeout: 120_000 }, (subject) => {
  it.each([2, 10])('is claimed by one of %d, and has one effect', async (count) => {
    const trial = await startTrial(subject)
    const { t, world } = trial
    const id = await trial.request(t.engine)
    await trial.approve(t.engine, id)
    // Half of them at least find it approved before one of them gets to claim it.
    await t.ledger.transaction(null, async (tx) => {
      await tx.hold(`INC-${t.incident}`)
      start(trial, count)
      await until('they wait for the chain', async () => {
        await sql`select 1`.execute(tx.db) // a transaction that does nothing would be ended
        return (await waiting(t.db)) >= count / 2
      })
    })
    const { plan, epoch } = await trial.over(id)
    await trial.stop()
    await assertLawful(trial)
    expect(epoch).toBe(1)
    expect((await t.story()).filter((line) => line === 'approved → claimed')).toHaveLength(1)
    expect(await world.effects()).toEqual(Object.fromEntries(plan.steps.map(({ object }) => [object.uid, 1])))
    await trial.close()
  })

  it('is had by one of ten changes of the same object at a time; the others are told, and all end', async () => {
    const trial = await startTrial(subject)
    const { t } = trial
    const second = await t.incidents.open(
      { person: alice, cause: 'open' },
      { severity: 'P1', title: null, service: null },
    )
    const incidents = [t.incident, second.kind === 'done' ? second.incident : t.incident]
    const ids: number[] = []
    for (let n = 0; n < 10; n++) {
      const id = await trial.request(t.engine, { incident: incidents[n % 2] as number })
      await trial.approve(t.engine, id)
      ids.push(id)
    }
    const gate = trial.traffic.gate()
    start(trial, 10)
    await gate.reached
    const told = async () =>
      new Set(
        (await trial.entries()).flatMap(({ body, subject }) =>
          body.type === 'change.progressed' && /^waits for OP-\d+/.test(body.observed) ? [subject] : [],
        ),
      )
    await until('nine are told', async () => (await told()).size === 9)
    gate.open()
    const ended = await Promise.all(ids.map((id) => trial.over(id)))
    await trial.stop()
    await assertLawful(trial)
    expect(trial.traffic.crowd(), 'effects on one object at once').toBe(1)
    expect(ended.filter(({ state }) => state !== 'stale').length).toBeGreaterThan(0)
    await trial.close()
  })
})
