import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ChangeOperation } from '../../src/operations/operation.ts'
import { readChange } from '../../src/operations/store.ts'
import { alice, bob, type TestEngine, testEngine } from '../support/engine.ts'

let t: TestEngine
beforeEach(async () => {
  t = await testEngine()
})
afterEach(() => t.close())

describe('undoing a change', () => {
  const succeeded = async (value: number) => {
    t.engine.worker.start()
    const id = await t.approved(value)
    await t.until(id, 'succeeded')
    return id
  }
  const undo = (change: number, by = alice, confirmed = true) =>
    t.engine.undo({ person: by, cause: t.cause(), channel: 'C0INCIDENTS', change, confirmed })

  it('takes only its requester’s confirmation while the object is untouched', async () => {
    const id = await succeeded(5)
    const undone = await undo(id)
    expect(undone.kind).toBe('planned')
    await t.until(id + 1, 'succeeded')
    expect(t.world.value).toBe(3)
    expect((await readChange(t.db, id))?.undoneBy).toEqual([{ id: id + 1, state: 'succeeded' }])
  })

  it('waits for that confirmation when it was typed, and for nobody else’s', async () => {
    const id = await succeeded(5)
    await undo(id, alice, false)
    expect(await t.engine.confirm({ person: bob, cause: t.cause(), change: id + 1 })).toMatchObject({
      code: 'not_requester',
    })
    expect(await t.engine.confirm({ person: alice, cause: t.cause(), change: id + 1 })).toEqual({ kind: 'done' })
    await t.until(id + 1, 'succeeded')
  })

  it('takes another person’s approval when somebody else asks', async () => {
    const id = await succeeded(5)
    await undo(id, bob)
    expect((await readChange(t.db, id + 1))?.plan.tier).toBe('guarded')
    expect((await readChange(t.db, id + 1))?.state).toBe('planned')
  })

  it('is refused, with the difference, when the object was changed since', async () => {
    const id = await succeeded(5)
    t.world.value = 8
    expect(await undo(id)).toMatchObject({
      code: 'touched_since',
      reason: expect.stringContaining('is 8 now; the change left it at 5'),
    })
  })

  it('goes stale when the object was changed after it was asked for, however little', async () => {
    const id = await succeeded(5)
    await undo(id, alice, false)
    t.world.value = 4 // between the two: a change from 5 to 3 would run
    await t.engine.confirm({ person: alice, cause: t.cause(), change: id + 1 })
    expect((await t.until(id + 1, 'stale')).detail).toContain('is 4 now; it was 5 when planned')
    expect(t.world).toMatchObject({ value: 4, applied: 1 })
  })

  it('happens once when it is tapped twice', async () => {
    const id = await succeeded(5)
    const turn = t.context.operations[0] as ChangeOperation
    const { plan } = turn
    // Neither goes on before both found that nobody had undone it.
    const both = Promise.withResolvers<void>()
    let tapped = 0
    turn.plan = async (...asked) => {
      const draft = await plan(...asked)
      if (++tapped === 2) both.resolve()
      await both.promise
      return draft
    }
    const results = await Promise.all([undo(id), undo(id)])
    expect(results.map(({ kind }) => kind).sort()).toEqual(['planned', 'refused'])
    expect((await readChange(t.db, id))?.undoneBy).toHaveLength(1)
  })

  it('takes two others when the way back is critical, whoever asks', async () => {
    t.world.value = 0
    const id = await succeeded(5)
    await undo(id)
    expect(await readChange(t.db, id + 1)).toMatchObject({ state: 'planned', plan: { tier: 'critical' } })
  })

  it('does not wait for the effect to settle: what is watched then ends overridden', async () => {
    Object.assign(t.world, { health: 'settling', settleWithinMs: 15_000 })
    t.engine.worker.start()
    const id = await t.approved(5)
    await t.until(id, 'applied')
    expect((await undo(id)).kind).toBe('planned')
    await t.until(id, 'overridden')
    expect(t.world).toMatchObject({ value: 3, applied: 2 })
  })

  it('is itself undone with another person’s approval, as the change was that it brings back', async () => {
    const id = await succeeded(5)
    await undo(id)
    await t.until(id + 1, 'succeeded')
    await undo(id + 1)
    expect(await readChange(t.db, id + 2)).toMatchObject({ state: 'planned', plan: { tier: 'guarded' } })
    await t.vote(id + 2, bob)
    await t.until(id + 2, 'succeeded')
    expect(t.world.value).toBe(5)
  })

  it('is refused twice, and for what changed nothing', async () => {
    const id = await succeeded(5)
    await undo(id)
    await t.until(id + 1, 'succeeded')
    expect(await undo(id)).toMatchObject({ reason: expect.stringContaining(`OP-${id + 1} undoes OP-${id} already`) })
    const rejected = await t.planned(9)
    await t.vote(rejected, bob, 'reject')
    expect(await undo(rejected)).toMatchObject({ reason: expect.stringContaining('nothing to undo') })
    expect(await undo(99)).toMatchObject({ reason: 'there is no OP-99' })
  })
})
