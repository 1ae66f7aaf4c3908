import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readChange } from '../../src/operations/store.ts'
import { alice, type TestEngine, testEngine } from '../support/engine.ts'

let t: TestEngine
beforeEach(async () => {
  t = await testEngine()
})
afterEach(() => t.close())

describe('executing an approved change', () => {
  it('plans again inside of the approved envelope and applies from where the world is', async () => {
    const id = await t.approved(5)
    t.world.value = 4
    t.engine.worker.start()
    await t.until(id, 'succeeded')
    expect(t.world).toMatchObject({ value: 5, applied: 1 })
  })

  it('goes stale outside of it, with the difference, and applies nothing', async () => {
    const id = await t.approved(5)
    t.world.value = 8
    t.engine.worker.start()
    expect((await t.until(id, 'stale')).detail).toContain('value of dial dial in lab is 8 now; it was 3 when planned')
    expect(t.world).toMatchObject({ value: 8, applied: 0 })
  })

  it('goes stale when the object was made anew under the same name', async () => {
    const id = await t.approved(5)
    t.world.uid = 'b'
    t.engine.worker.start()
    expect((await t.until(id, 'stale')).detail).toContain('another object now')
  })

  it('goes stale when an approver lost the role since', async () => {
    const id = await t.approved(5)
    Object.assign(t.rules.roles.approver ?? {}, { users: ['U0CAROL'] })
    t.engine.worker.start()
    expect((await t.until(id, 'stale')).detail).toContain('an approver lost the role')
    expect(t.world.applied).toBe(0)
  })

  it('goes stale when Slack can’t tell whether an approver still is one', async () => {
    const id = await t.approved(5)
    t.directory.person = () => Promise.reject(new Error('Slack is away'))
    t.engine.worker.start()
    expect((await t.until(id, 'stale')).detail).toContain('can’t be checked')
  })

  it('goes stale when its requester lost the right since', async () => {
    const id = await t.approved(5)
    t.rules.policy.pop()
    t.engine.worker.start()
    expect((await t.until(id, 'stale')).detail).toContain('may not do this any more')
  })

  it('goes stale when a release changed what the operation means', async () => {
    const id = await t.approved(5)
    Object.assign(t.context.operations[0] as object, { version: 2 })
    t.engine.worker.start()
    expect((await t.until(id, 'stale')).detail).toContain('changed by a new release')
  })

  it('fails without a trace when the target refuses, or moved at the last moment', async () => {
    t.engine.worker.start()
    t.world.next = 'refuse'
    expect((await t.until(await t.approved(5), 'failed')).detail).toBe('not today')
    t.world.before = async () => {
      t.world.value = 4
    }
    expect((await t.until(await t.approved(6), 'failed')).detail).toContain('changed between')
    expect(t.world.applied).toBe(0)
  })

  it('looks when the answer was lost: applied when the target shows it, failed when it does not', async () => {
    t.engine.worker.start()
    t.world.next = 'lose the answer'
    await t.until(await t.approved(5), 'succeeded')
    expect(t.world.applied).toBe(1)
    t.world.next = 'hang up before'
    expect((await t.until(await t.approved(7), 'failed')).detail).toContain('it was not applied')
    expect(t.world.applied).toBe(1)
  })

  it('looks long enough to see an effect that came after its connection was lost', async () => {
    t.context.lookEveryMs = 200
    t.world.next = 'hang up before'
    t.world.before = async () => {
      setTimeout(() => Object.assign(t.world, { value: 5, applied: 1 }), 300)
    }
    t.engine.worker.start()
    await t.until(await t.approved(5), 'succeeded')
  })

  it('asks a person when nobody can tell, and takes their word', async () => {
    t.world.next = 'lose the answer'
    t.world.observable = false
    t.engine.worker.start()
    const id = await t.approved(5)
    await t.until(id, 'unknown')
    t.world.observable = true
    expect(await t.engine.mark({ person: alice, cause: t.cause(), change: id, as: 'applied' })).toEqual({
      kind: 'done',
    })
    await t.until(id, 'succeeded')
    expect(await t.engine.mark({ person: alice, cause: t.cause(), change: id, as: 'failed' })).toMatchObject({
      code: 'decided',
    })
  })

  it.each([
    ['inconclusive', { health: 'settling' }],
    ['failed', { health: 'failed' }],
    ['failed', { health: 'failed', failedSince: new Date(Date.now() + 60_000) }],
    ['inconclusive', { health: 'failed', failedSince: new Date(Date.now() - 60_000) }],
  ] as const)('ends %s when the effect does not settle well', async (state, world) => {
    Object.assign(t.world, world)
    t.engine.worker.start()
    expect((await t.until(await t.approved(5), state)).detail).toBe('value is 5')
  })

  it('ends overridden when something resets it while it settles', async () => {
    t.world.health = 'settling'
    t.engine.worker.start()
    const id = await t.approved(5)
    await t.until(id, 'applied')
    t.world.value = 4
    expect((await t.until(id, 'overridden')).detail).toBe('value is 4')
  })
})

describe('a worker that went silent', () => {
  it.each([
    'claimed',
    'intended',
    'applied',
  ] as const)('is taken over from when it had %s, and the effect happens once', async (state) => {
    const id = await t.approved(5)
    await t.db
      .updateTable('changes')
      .set({ state: state, epoch: 1, worker: 'gone', lease_until: new Date(0) })
      .where('id', '=', id)
      .execute()
    if (state !== 'claimed') {
      const change = await readChange(t.db, id)
      const step = {
        change: id,
        plan: 1,
        step: 0,
        epoch: 1,
        document: JSON.stringify(change?.plan.steps[0]),
        intended_at: new Date(),
      }
      await t.db
        .insertInto('run_steps')
        .values(state === 'applied' ? { ...step, outcome: 'applied', outcome_at: new Date() } : step)
        .execute()
      Object.assign(t.world, { value: 5, applied: 1 })
    }
    await t.db
      .updateTable('changes')
      .set({ verify_until: new Date(Date.now() + 1_000) })
      .where('id', '=', id)
      .execute()
    t.engine.worker.start()
    await t.until(id, 'succeeded')
    expect(t.world).toMatchObject({ value: 5, applied: 1 })
  })

  it('comes back too late: its outcome is not recorded over the other’s', async () => {
    let release = () => {}
    t.world.before = () => new Promise((resolve) => (release = resolve))
    t.engine.worker.start()
    const id = await t.approved(5)
    await t.until(id, 'intended')
    await t.db
      .updateTable('changes')
      .set({ epoch: 9, lease_until: new Date(Date.now() + 60_000) })
      .where('id', '=', id)
      .execute()
    release()
    await t.engine.worker.stop()
    expect((await readChange(t.db, id))?.state).toBe('intended')
  })
})
