import { setTimeout as sleep } from 'node:timers/promises'
import PQueue from 'p-queue'
import { describe, expect, it } from 'vitest'
import type { Engine } from '../../src/operations/engine.ts'
import { readSteps } from '../../src/operations/runs/store.ts'
import { assertLawful } from './lawful.ts'
import type { Death, Replica } from './replica.ts'
import { isObservable, type Subject, subjects } from './subjects.ts'
import { startTrial, type Trial } from './trial.ts'

/** Most of a run is waiting. */
const AT_ONCE = 4

/** What a dead replica left. */
interface Left {
  /** An intent without an outcome, and whether its effect happened. */
  open: boolean
  happened: boolean
  /** The hashes of all entries. */
  recorded: string[]
}

const hashesOf = async (trial: Trial) => (await trial.entries()).map(({ hash }) => hash)

async function leftIn(trial: Trial): Promise<Left> {
  const [change] = await trial.changes()
  const steps = change ? await readSteps(trial.t.db, change) : []
  const open = steps.find(({ outcome }) => outcome === null)
  const effects = await trial.world.effects()
  const happened = open !== undefined && effects[open.document.object.uid] !== undefined
  return { open: open !== undefined, happened, recorded: await hashesOf(trial) }
}

/** A change's whole way with a replica that dies there and another that goes on. */
async function interrupted(subject: Subject, death?: Death) {
  const trial = await startTrial(subject)
  const first = trial.replica('first', death)
  const now: { replica: Replica; left: Left | null } = { replica: first, left: null }
  first.engine.worker.start()
  async function replace() {
    now.left = await leftIn(trial)
    await trial.bury(first)
    now.replica = trial.replica('second')
    now.replica.engine.worker.start()
  }
  /** Slack delivers again what was not acknowledged. */
  async function insist<T>(gesture: (engine: Engine) => Promise<T>): Promise<T> {
    return await gesture(now.replica.engine).catch(async (error) => {
      if (!now.replica.life.over) throw error
      await replace()
      return await gesture(now.replica.engine)
    })
  }

  const id = await insist((engine) => trial.request(engine, { cause: 'request' }))
  await insist((engine) => trial.approve(engine, id))
  while (!(await trial.isOver(id))) {
    if (first.life.over && !now.left) await replace()
    await sleep(30)
  }
  await trial.stop()
  await assertLawful(trial)
  const { state } = await trial.over(id)
  const result = { state, outcomes: await trial.outcomes(id), hashes: await hashesOf(trial) }
  await trial.close()
  return { ...result, left: now.left, died: first.life.over, commits: first.life.commits }
}

describe.concurrent.each(subjects)('$name, stopped at every committed point and started again', (subject) => {
  it('ends as if nothing had been, and has its effect once', { timeout: 120_000 }, async () => {
    const whole = await interrupted(subject)
    const observable = await isObservable(subject)
    const deaths = Array.from({ length: whole.commits }, (_, n) => n + 1).flatMap((commit): Death[] => [
      { commit, when: 'before' },
      { commit, when: 'after' },
    ])
    const seen = { died: 0, unsent: 0, unanswered: 0 }
    await new PQueue({ concurrency: AT_ONCE }).addAll(
      deaths.map((death) => async () => {
        const { state, outcomes, hashes, left, died, commits } = await interrupted(subject, death)
        const point = `${death.when} commit ${death.commit}`
        // How often it is told what settles depends on the clock; everything else is committed each time.
        if (!died) expect(commits, point).toBeLessThan(death.commit)
        expect(hashes, `${point}: what was recorded stays`).toEqual(expect.arrayContaining(left?.recorded ?? []))
        const unsent = left?.open === true && !left.happened
        if (died) seen.died += 1
        if (unsent) seen.unsent += 1
        if (left?.happened) seen.unanswered += 1
        // An intent without its effect is never tried again: that nothing happened is seen, or a person is asked.
        const expected = left?.open && !observable ? 'unknown' : unsent ? 'failed' : whole.state
        expect(state, point).toBe(expected)
        expect(outcomes.at(-1), point).toBe(['failed', 'unknown'].includes(expected) ? expected : 'applied')
      }),
    )
    expect(seen.died, 'most points are reached').toBeGreaterThanOrEqual(10)
    expect(seen.unsent, 'some between intent and effect').toBeGreaterThan(0)
    expect(seen.unanswered, 'and some between effect and outcome').toBeGreaterThan(0)
  })
})
