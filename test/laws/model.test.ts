import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GENERAL } from '../../src/timeline/ledger.ts'
import { readEntries } from '../../src/timeline/store.ts'
import { verifyChain } from '../../src/timeline/verify-chain.ts'
import { fold, foldedChanges } from '../support/fold.ts'
import { newModel } from './model.ts'
import { acts } from './model-acts.ts'
import { expand, perform } from './model-perform.ts'
import { type Run, startRun } from './model-run.ts'
import { stateOf } from './model-state.ts'

/** More runs find more: `PROPERTY_RUNS=500 npx vitest run test/laws/model.test.ts`. */
const { PROPERTY_RUNS } = process.env
const RUNS = Number(PROPERTY_RUNS ?? 40)
/** So many get nearly everywhere. */
const ENOUGH = 20
/** On a busy machine fewer runs have to do. */
const LIMIT_MS = PROPERTY_RUNS ? RUNS * 3_000 : 30_000

/** What the entries say, all chains together, is what the tables hold; and they verify. */
async function assertOnRecord({ t, all }: Run): Promise<void> {
  const chains = [`INC-${t.incident}`, GENERAL]
  const entries = await Promise.all(chains.map((chain) => readEntries(t.db, chain)))
  for (const [i, chain] of chains.entries()) {
    if (entries[i]?.length) expect(await verifyChain(t.db, chain)).toMatchObject({ ok: true })
  }
  const [incident, general] = entries.map(fold) as [ReturnType<typeof fold>, ReturnType<typeof fold>]
  expect({ ...incident.changes, ...general.changes }).toEqual(foldedChanges(await all()))
  const standing = await t.db.selectFrom('freezes').select('id').where('released_at', 'is', null).executeTakeFirst()
  expect(general.hold).toBe(standing ? `HOLD-${standing.id}` : null)
  const revoked = await t.db.selectFrom('revocations').select('person').where('lifted_at', 'is', null).execute()
  expect(general.revoked).toEqual(revoked.map(({ person }) => person).sort())
  expect(incident.reviewItems).toEqual((await t.engine.reviewItemsOf(t.incident)).map((item) => item.id))
}

describe('the engine, beside a model of it', () => {
  it('allows what the model allows, and comes to the state that the model comes to', {
    timeout: LIMIT_MS + 60_000,
  }, async () => {
    const reached: Record<string, number> = {}
    const allowed: Record<string, number> = {}
    let runs = 0
    await fc.assert(
      fc.asyncProperty(acts, async (acts) => {
        const model = newModel()
        const run = await startRun()
        try {
          expect(await run.state()).toEqual(stateOf(model))
          for (const [n, act] of expand(acts).entries()) {
            const answers = await perform(model, run, act, `gesture:${n}`)
            const after = `after act ${n}: ${JSON.stringify(act)}`
            if (answers) expect(answers[0], `${after}, allowed`).toBe(answers[1])
            if (answers?.[0]) allowed[act.do] = 1 + (allowed[act.do] ?? 0)
            expect(await run.state(), after).toEqual(stateOf(model))
          }
          await assertOnRecord(run)
          for (const { state } of model.changes) reached[state] = 1 + (reached[state] ?? 0)
          runs += 1
        } finally {
          await run.close()
        }
      }),
      { numRuns: RUNS, interruptAfterTimeLimit: LIMIT_MS, unbiased: true },
    )
    // Cut short by the clock, it was not given the time to get everywhere.
    if (runs < ENOUGH) return
    expect(Object.keys(reached).length, JSON.stringify(reached)).toBeGreaterThan(8)
    expect(Object.keys(allowed).length, JSON.stringify(allowed)).toBeGreaterThan(8)
  })
})
