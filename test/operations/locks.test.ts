import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEngine } from '../../src/operations/engine.ts'
import { readChange } from '../../src/operations/store.ts'
import { alice, carol, type TestEngine, testEngine } from '../support/engine.ts'

let t: TestEngine
beforeEach(async () => {
  t = await testEngine()
})
afterEach(() => t.close())

const locks = () => t.db.selectFrom('object_locks').selectAll().execute()

describe('two changes of one object', () => {
  it('run one after the other; who waits is told for whom, and goes stale by what the first one changed', async () => {
    const first = await t.approved(5)
    let go = () => {}
    const gate = new Promise<void>((resolve) => {
      go = resolve
    })
    t.world.before = () => gate
    t.engine.worker.start()
    await t.until(first, 'intended')
    const second = await t.approved(4)
    while (!(await readChange(t.db, second))?.detail?.startsWith('waits for OP-1')) await sleep(20)
    expect((await readChange(t.db, second))?.state).toBe('approved')
    expect(await locks()).toMatchObject([{ object: 'lab/dial/a', change: first }])
    go()
    await t.until(first, 'succeeded')
    expect((await t.until(second, 'stale')).detail).toContain(
      'value of dial dial in lab is 5 now; it was 3 when planned',
    )
    expect(t.world).toMatchObject({ value: 5, applied: 1 })
    expect(await locks()).toEqual([])
  })

  it('know of each other when they are planned', async () => {
    t.world.health = 'settling'
    t.world.settleWithinMs = 60_000
    t.engine.worker.start()
    await t.until(await t.approved(5), 'applied')
    const second = await readChange(t.db, await t.planned(7))
    expect(second?.plan.warnings).toEqual(['OP-1 (turn dial 5) was applied and is being watched, on the same object'])
  })

  it('know of one that ended just now, for ten minutes; the way back of it is no news', async () => {
    t.engine.worker.start()
    const first = await t.approved(5)
    await t.until(first, 'succeeded')
    const warnings = async (id: number) => (await readChange(t.db, id))?.plan.warnings
    expect(await warnings(await t.planned(7))).toEqual([
      'OP-1 (turn dial 5) changed the same object less than a minute ago',
    ])
    const undo = { person: alice, cause: t.cause(), channel: 'C0INCIDENTS', change: first, confirmed: false }
    expect(await t.engine.undo(undo)).toMatchObject({ kind: 'planned' })
    expect(await warnings(3)).toEqual([])
    const ended = (minutes: number) =>
      t.db
        .updateTable('changes')
        .set({ finished_at: new Date(Date.now() - minutes * 60_000) })
        .where('id', '=', first)
        .execute()
    await ended(9.5)
    expect(await warnings(await t.planned(8))).toEqual(['OP-1 (turn dial 5) changed the same object 9 min ago'])
    await ended(10.5)
    expect(await warnings(await t.planned(9))).toEqual([])
  })

  it('let the way back through while another one holds the object', async () => {
    t.engine.worker.start()
    const first = await t.approved(5)
    await t.until(first, 'succeeded')
    await t.db
      .insertInto('object_locks')
      .values({ object: 'lab/dial/a', change: first, taken_at: new Date() })
      .execute()
    const undo = await t.engine.undo({
      ...{ person: alice, cause: t.cause(), change: first, channel: 'C0INCIDENTS', confirmed: true },
    })
    await t.until(undo.kind === 'planned' ? undo.change : 0, 'succeeded')
    expect(t.world.value).toBe(3)
  })

  it('give the object back on every way out: applied, refused, unknown, gone stale, its worker gone silent', async () => {
    t.engine.worker.start()
    t.world.next = 'refuse'
    await t.until(await t.approved(5), 'failed')
    expect(await locks()).toEqual([])
    t.world.uid = 'b'
    const stale = await t.approved(6)
    t.world.value = 9
    await t.until(stale, 'stale')
    expect(await locks()).toEqual([])
    Object.assign(t.world, { next: 'lose the answer', observable: false })
    await t.until(await t.approved(4), 'unknown')
    expect(await locks()).toEqual([])
  })

  it('never run at the same time, whichever of ten replicas takes them, and nobody is lost', {
    timeout: 120_000,
  }, async () => {
    let [at, most] = [0, 0]
    t.world.before = async () => {
      at += 1
      most = Math.max(most, at)
      await sleep(20)
      at -= 1
    }
    const ids: number[] = []
    for (let value = 10; value < 15; value++) ids.push(await t.approved(value))
    const replicas = Array.from({ length: 10 }, (_, n) => createEngine({ ...t.context, worker: `replica ${n}` }))
    for (const { worker } of replicas) worker.start()
    const ends = new Set(['succeeded', 'stale', 'overridden'])
    const ended = async () => (await t.engine.changesOf(t.incident)).every(({ state }) => ends.has(state))
    while (!(await ended())) await sleep(50)
    await Promise.all(replicas.map(({ worker }) => worker.stop()))
    expect(most).toBe(1)
    const states = (await t.engine.changesOf(t.incident)).map(({ state }) => state)
    expect(states.filter((state) => state !== 'stale')).toHaveLength(t.world.applied)
    expect(await locks()).toEqual([])
  })
})

describe('an effect that nobody knows of', () => {
  const again = async (id: number, by = alice) => t.engine.lookAgain({ person: by, cause: t.cause(), change: id })

  it('is looked at again when a person asks, and settles by what is seen then', async () => {
    t.engine.worker.start()
    Object.assign(t.world, { next: 'lose the answer', observable: false })
    const id = await t.approved(5)
    await t.until(id, 'unknown')
    expect(await again(id)).toEqual({ kind: 'done' })
    expect((await readChange(t.db, id))?.state).toBe('unknown')
    expect((await t.entries()).at(-1)?.body).toMatchObject({ type: 'change.observed', observed: 'nobody can tell' })
    t.world.observable = true
    expect(await again(id)).toEqual({ kind: 'done' })
    await t.until(id, 'succeeded')
    expect(t.world.applied).toBe(1)
    expect(await again(id)).toMatchObject({ code: 'decided' })
  })

  it('counts as failed when it is seen not to have happened', async () => {
    t.engine.worker.start()
    Object.assign(t.world, { next: 'hang up before', observable: false })
    const id = await t.approved(5)
    await t.until(id, 'unknown')
    t.world.observable = true
    await again(id)
    expect((await readChange(t.db, id))?.state).toBe('failed')
  })

  it('is settled by nobody who may not ask for it', async () => {
    t.engine.worker.start()
    Object.assign(t.world, { next: 'lose the answer', observable: false })
    const id = await t.approved(5)
    await t.until(id, 'unknown')
    t.world.observable = true
    expect(await again(id, carol)).toMatchObject({ kind: 'refused' })
    expect((await readChange(t.db, id))?.state).toBe('unknown')
  })
})

describe('what never reached the target', () => {
  const refusing = (times: number) => {
    let left = times
    const operation = t.context.operations[0] as unknown as {
      apply: (...a: unknown[]) => Promise<unknown>
      effect: string
    }
    const { apply } = operation
    let tries = 0
    operation.apply = async (...asked) => {
      tries += 1
      if (left-- > 0) throw Object.assign(new Error('connection refused'), { maybeApplied: false, transient: true })
      return await apply(...asked)
    }
    return { operation, tries: () => tries }
  }

  it('is sent again, under the same intent', async () => {
    const { tries } = refusing(2)
    t.engine.worker.start()
    const id = await t.approved(5)
    await t.until(id, 'succeeded')
    expect([tries(), t.world.applied]).toEqual([3, 1])
    expect((await t.story()).filter((move) => move === 'claimed → intended')).toHaveLength(1)
  })

  it('is given up after three times, and fails', async () => {
    const { tries } = refusing(9)
    t.engine.worker.start()
    expect((await t.until(await t.approved(5), 'failed')).detail).toBe('connection refused')
    expect(tries()).toBe(3)
  })

  it('is never sent again where a second time would happen again', async () => {
    const { operation, tries } = refusing(1)
    operation.effect = 'once'
    t.engine.worker.start()
    await t.until(await t.approved(5), 'failed')
    expect(tries()).toBe(1)
  })
})
