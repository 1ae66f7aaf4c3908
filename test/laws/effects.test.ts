import { describe, expect, it } from 'vitest'
import { assertCutOff, assertDoneTwice, assertNoResponse, assertObserved, assertRefused, run } from './effects.ts'
import { isObservable, plannedExample, subjects } from './subjects.ts'
import { NEVER } from './world.ts'

describe.concurrent.each(subjects)('$name, each of its steps', { timeout: 120_000 }, (subject) => {
  const { effect } = subject.operation
  const each = async (law: (step: number) => Promise<void>): Promise<void> => {
    const { steps, world } = await plannedExample(subject)
    await world.close()
    await Promise.all(steps.map((_, n) => law(n)))
  }

  it(`done twice, does what “${effect}” says`, () => assertDoneTwice(subject))

  it('is observed as absent before and present after, unless it can’t be told', () => assertObserved(subject))

  it('is observed as neither when its object was made anew since', async () => {
    const { world, operation, bound, steps } = await plannedExample(subject)
    const [step] = steps as [(typeof steps)[0]]
    await operation.apply(step, bound)
    await world.recreate(step)
    expect(['other', 'unknown']).toContain((await operation.observe(step, bound)).effect)
    await world.close()
  })

  it.each([
    ['with its response lost', 'the answer is lost'],
    ['never answered', NEVER],
  ] as const)('%s, is recorded as applied where the target shows it, otherwise as unknown', async (_, fault) => {
    const observable = await isObservable(subject)
    await each((step) => assertNoResponse(subject, { step, fault, observable }))
  })

  it('cut off on its way, is recorded as failed where the target shows that, otherwise as unknown', async () => {
    const observable = await isObservable(subject)
    await each((step) => assertCutOff(subject, step, observable))
  })

  it('refused, has failed, and is not tried again', () => each((step) => assertRefused(subject, step)))

  const again = effect === 'once' ? 'is not tried again: it might happen twice' : 'is tried again'
  it(`that never arrived ${again}`, async () => {
    await each(async (step) => {
      const { state, happened, tries } = await run(subject, step, 'it never arrives')
      if (effect === 'once') expect({ state, happened, tries }).toEqual({ state: 'failed', happened: 0, tries: 1 })
      else expect({ state, happened, tries }).toEqual({ state: 'succeeded', happened: 1, tries: 2 })
    })
  })

  it('that never arrives has failed after three tries at most', async () => {
    const never = Array.from({ length: 5 }, () => 'it never arrives' as const)
    await each(async (step) => {
      const { state, happened, tries } = await run(subject, step, ...never)
      expect({ state, happened, tries }).toEqual({ state: 'failed', happened: 0, tries: effect === 'once' ? 1 : 3 })
    })
  })
})
