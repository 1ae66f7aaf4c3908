import { expect } from 'vitest'
import type { Change } from '../../src/operations/change.ts'
import type { Step } from '../../src/operations/operation.ts'
import { isSo } from '../../src/operations/plan.ts'
import { readSteps } from '../../src/operations/runs/store.ts'
import { verifyChain } from '../../src/timeline/verify-chain.ts'
import { fold, foldedChanges } from '../support/fold.ts'
import type { Trial } from './trial.ts'

/** What holds whatever happened, once nothing is under way any more. */
export async function assertLawful(trial: Trial): Promise<void> {
  const { db } = trial.t
  const entries = await trial.entries()
  for (const chain of new Set(entries.map((entry) => entry.chain))) {
    expect(await verifyChain(db, chain), 'the entries verify').toMatchObject({ ok: true })
  }
  const changes = await trial.changes()
  const said = fold(entries.filter(({ subject }) => subject.startsWith('OP-'))).changes
  expect(said, 'entries and tables say the same').toEqual(foldedChanges(changes))
  await assertEffects(trial, changes)
  const locks = await db.selectFrom('object_locks').selectAll().execute()
  expect(locks, 'no lock outlives what it was taken for').toEqual([])
}

/** What happened to each object is what is on record, and at most once for each plan that was approved. */
async function assertEffects({ t, world }: Trial, changes: Change[]): Promise<void> {
  const approved = changes.flatMap(({ plan, state }) => (mayHaveRun(state) ? plan.steps.map(uidOf) : []))
  const all = (await Promise.all(changes.map((change) => readSteps(t.db, change)))).flat()
  const steps = all.filter(({ document }) => !isSo(document)) // what was so already is applied to no effect
  const recorded = (...outcomes: (string | null)[]) =>
    steps.filter(({ outcome }) => outcomes.includes(outcome)).map(({ document }) => uidOf(document))
  const times = (uids: string[], one: string) => uids.filter((uid) => uid === one).length
  const effects = await world.effects()
  for (const uid of new Set([...Object.keys(effects), ...approved])) {
    const happened = effects[uid] ?? 0
    const known = times(recorded('applied'), uid)
    const once = `${uid} was changed once for each approved plan at most`
    expect(happened, once).toBeLessThanOrEqual(times(approved, uid))
    expect(happened, `what is on record of ${uid} happened`).toBeGreaterThanOrEqual(known)
    expect(happened, `what happened to ${uid} is on record`).toBeLessThanOrEqual(
      known + times(recorded('unknown', null), uid),
    )
  }
}

const uidOf = ({ object }: Step): string => object.uid
const mayHaveRun = (state: Change['state']): boolean => !['planned', 'rejected', 'withdrawn', 'stale'].includes(state)
