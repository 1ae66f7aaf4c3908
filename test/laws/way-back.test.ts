import { describe, expect, it } from 'vitest'
import { readChange } from '../../src/operations/store.ts'
import { alice } from '../support/engine.ts'
import type { Lab } from './lab.ts'
import { assertLawful } from './lawful.ts'
import { inLab, type Subject, subjects } from './subjects.ts'
import { startTrial, type Trial } from './trial.ts'

/** Done by one replica, which goes on. */
async function done(subject: Subject) {
  const trial = await startTrial(subject)
  const before = await trial.world.picture()
  const change = await trial.run(trial.replica('only'))
  return { trial, before, change }
}

const close = async (trial: Trial) => {
  await trial.stop()
  await assertLawful(trial)
  await trial.close()
}

const withUndo = subjects.filter(({ operation }) => operation.wayBack === 'undo')
const without = subjects.filter(({ operation }) => operation.wayBack !== 'undo')

describe.concurrent.each(withUndo)('$name, undone', { timeout: 120_000 }, (subject) => {
  it('brings back what was before', async () => {
    const { trial, before, change } = await done(subject)
    expect(change.state).toBe('succeeded')
    expect(await trial.world.picture()).not.toEqual(before)
    const undone = await trial.undo(change.id)
    if (undone.kind !== 'planned') throw new Error(JSON.stringify(undone))
    await trial.approve(trial.t.engine, undone.change)
    expect(await trial.over(undone.change)).toMatchObject({ state: 'succeeded', undoes: change.id })
    expect(await trial.world.picture()).toEqual(before)
    expect(await trial.undo(change.id)).toMatchObject({ code: 'not_undoable' })
    await close(trial)
  })

  it('is refused field by field when somebody changed the object since', async () => {
    const { trial, change } = await done(subject)
    const left = await trial.world.picture()
    for (const step of change.plan.steps) {
      const fields = Object.keys(step.after).join(', ')
      expect(
        await trial.world.meddle(step),
        `the world of ${subject.name} can't change ${fields} of a ${step.object.kind} as somebody else would: teach its \`meddle\``,
      ).toBe(true)
    }
    const meddled = await trial.world.picture()
    expect(meddled).not.toEqual(left)
    const { reason, code } = (await trial.undo(change.id)) as { reason: string; code: string }
    expect(code).toBe('touched_since')
    for (const { object, after } of change.plan.steps) {
      for (const [key, value] of Object.entries(after)) {
        expect(reason).toMatch(new RegExp(`${key} of \\S+ ${object.name} .*; the change left it at ${value}`))
      }
    }
    expect(await trial.world.picture()).toEqual(meddled)
    await close(trial)
  })

  it('is refused when the object was made anew since', async () => {
    const { trial, change } = await done(subject)
    await trial.world.recreate(change.plan.steps[0] as never)
    expect(await trial.undo(change.id)).toMatchObject({
      code: 'touched_since',
      reason: expect.stringContaining('was made anew since'),
    })
    await close(trial)
  })
})

describe.concurrent.each(without)('$name, which can’t be undone', { timeout: 120_000 }, (subject) => {
  it('says so, and changes nothing', async () => {
    const { trial, change } = await done(subject)
    const left = await trial.world.picture()
    expect(await trial.undo(change.id)).toMatchObject({ code: 'not_undoable' })
    expect(await trial.world.picture()).toEqual(left)
    await close(trial)
  })
})

describe.concurrent.each([0, 1, 2])('a change set that stops at its step %d', { timeout: 120_000 }, (at) => {
  const flip = inLab('flip')
  const names = ['dial a in lab', 'dial b in lab', 'dial c in lab']
  const says = (what: string, some: string[]) => (some.length > 0 ? `; ${what}: ${some.join(', ')}` : '')
  /** What of it can be undone is undone, and nothing else; then everything is as it was. */
  async function undoneAre(trial: Trial, id: number, count: number) {
    const undone = await trial.undo(id)
    if (count === 0) {
      expect(undone).toMatchObject({ code: 'not_undoable', reason: expect.stringContaining('nothing to undo') })
      return
    }
    if (undone.kind !== 'planned') throw new Error(JSON.stringify(undone))
    const { plan } = (await readChange(trial.t.db, undone.change)) ?? { plan: { steps: [] } }
    expect(plan.steps.map(({ object }) => object.name)).toEqual(['a', 'b', 'c'].slice(0, count))
    await trial.approve(trial.t.engine, undone.change)
    expect((await trial.over(undone.change)).state).toBe('succeeded')
  }

  it('goes no further, says what was done and what was not, and offers the undo of exactly that', async () => {
    const trial = await startTrial(flip)
    const before = await trial.world.picture()
    trial.traffic.meet(...Array.from({ length: at }, () => null), 'it is refused')
    const { id, state, detail } = await trial.run(trial.replica('only'))
    expect(state).toBe('failed')
    expect(detail).toBe(`not today${says('done', names.slice(0, at))}${says('not done', names.slice(at))}`)
    expect(await trial.outcomes(id)).toEqual([...names.slice(0, at).map(() => 'applied'), 'failed'])
    expect(trial.traffic.asked).toHaveLength(at + 1)
    await undoneAre(trial, id, at)
    expect(await trial.world.picture()).toEqual(before)
    await close(trial)
  })

  it.each(['applied', 'failed'] as const)('at an unknown outcome, ends with the word that it was %s', async (as) => {
    const trial = await startTrial(flip)
    const before = await trial.world.picture()
    const dial = (trial.world as Lab).dials[at] as Lab['dials'][0]
    dial.observable = false
    trial.traffic.meet(
      ...Array.from({ length: at }, () => null),
      as === 'applied' ? 'the answer is lost' : 'it is cut off',
    )
    const unknown = await trial.run(trial.replica('only'))
    const { id } = unknown
    expect(unknown.state).toBe('unknown')
    expect(unknown.detail).toContain(
      `${says('done', names.slice(0, at))}${says('nobody knows', names.slice(at, at + 1))}${says('not done', names.slice(at + 1))}`,
    )
    expect(await trial.undo(id), 'nobody knows what there is to undo').toMatchObject({ code: 'not_undoable' })

    dial.observable = true
    await trial.t.engine.mark({ person: alice, cause: 'mark', change: id, as })
    const { state, detail } = await trial.over(id)
    const count = as === 'applied' ? at + 1 : at
    expect(trial.traffic.asked).toHaveLength(at + 1)
    expect(await trial.outcomes(id)).toEqual([...names.slice(0, at).map(() => 'applied'), as])
    if (count === names.length) expect(state).toBe('succeeded')
    else {
      expect(state).toBe('failed')
      expect(detail).toContain(`${says('done', names.slice(0, count))}${says('not done', names.slice(count))}`)
    }
    await undoneAre(trial, id, count)
    expect(await trial.world.picture()).toEqual(before)
    await close(trial)
  })
})
