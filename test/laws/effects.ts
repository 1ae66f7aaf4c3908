import { expect } from 'vitest'
import { assertLawful } from './lawful.ts'
import { plannedExample, type Subject } from './subjects.ts'
import { startTrial } from './trial.ts'
import { type Fault, NEVER } from './world.ts'

/** Shorter than the engine's, so that nobody waits for half a minute; longer than any answer that comes takes. */
const ANSWER_WITHIN_MS = 3_000

/** One run whose n-th effect fares so; what became of it and of each step. */
export async function run(subject: Subject, step: number, ...faults: (Fault | typeof NEVER)[]) {
  const trial = await startTrial(subject, faults.includes(NEVER) ? { answerWithinMs: ANSWER_WITHIN_MS } : {})
  trial.traffic.meet(...Array.from({ length: step }, () => null), ...faults)
  const { id, state, plan } = await trial.run(trial.replica('only'))
  const outcomes = await trial.outcomes(id)
  const { uid } = plan.steps[step]?.object ?? { uid: '' }
  const happened = (await trial.world.effects())[uid] ?? 0
  const tries = trial.traffic.asked.filter((one) => one === uid).length
  await trial.stop()
  await assertLawful(trial)
  await trial.close()
  return { state, outcomes, happened, tries }
}

/** Asked for twice at the target itself, without an engine. */
export async function assertDoneTwice(subject: Subject): Promise<void> {
  const { world, operation, bound, steps } = await plannedExample(subject)
  const { effect } = operation
  for (const step of steps) {
    const times = async () => (await world.effects())[step.object.uid] ?? 0
    const untouched = await world.picture()
    expect(await operation.apply(step, bound)).toBe('applied')
    expect(await times()).toBe(1)
    const left = await world.picture()
    if (effect !== 'once') expect(left).not.toEqual(untouched)
    expect(await operation.apply(step, bound)).toBe(effect === 'conditional' ? 'conflict' : 'applied')
    expect(await times()).toBe(effect === 'once' ? 2 : 1)
    expect(await world.picture()).toEqual(left)
  }
  await world.close()
}

export async function assertObserved(subject: Subject): Promise<void> {
  const { world, operation, bound, steps } = await plannedExample(subject)
  for (const step of steps) {
    const seen = async () => (await operation.observe(step, bound)).effect
    expect(['absent', 'unknown']).toContain(await seen())
    await operation.apply(step, bound)
    expect(['present', 'unknown']).toContain(await seen())
  }
  await world.close()
}

const earlier = (step: number) => Array.from({ length: step }, () => 'applied')

export async function assertNoResponse(
  subject: Subject,
  { step, fault, observable }: { step: number; fault: 'the answer is lost' | typeof NEVER; observable: boolean },
): Promise<void> {
  const { state, outcomes, happened, tries } = await run(subject, step, fault)
  expect({ happened, tries }, `step ${step}`).toEqual({ happened: 1, tries: 1 })
  expect(outcomes.slice(0, step + 1)).toEqual([...earlier(step), observable ? 'applied' : 'unknown'])
  expect(state).toBe(observable ? 'succeeded' : 'unknown')
}

export async function assertCutOff(subject: Subject, step: number, observable: boolean): Promise<void> {
  const { state, outcomes, happened, tries } = await run(subject, step, 'it is cut off')
  expect({ happened, tries }, `step ${step}`).toEqual({ happened: 0, tries: 1 })
  expect(outcomes).toEqual([...earlier(step), observable ? 'failed' : 'unknown'])
  expect(state).toBe(observable ? 'failed' : 'unknown')
}

export async function assertRefused(subject: Subject, step: number): Promise<void> {
  const { state, outcomes, happened, tries } = await run(subject, step, 'it is refused')
  expect({ state, happened, tries }, `step ${step}`).toEqual({ state: 'failed', happened: 0, tries: 1 })
  expect(outcomes).toEqual([...earlier(step), 'failed'])
}
