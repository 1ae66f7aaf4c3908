import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createEngine } from '../../src/operations/engine.ts'
import type { ChangeOperation } from '../../src/operations/operation.ts'
import { renewLease } from '../../src/operations/runs/store.ts'
import { takeOver } from '../../src/operations/runs/take-over.ts'
import { readChange } from '../../src/operations/store.ts'
import { alice, type TestEngine, testEngine } from '../support/engine.ts'
import { keptLog } from '../support/log.ts'

let t: TestEngine
beforeEach(async () => {
  t = await testEngine()
})
afterEach(async () => {
  vi.restoreAllMocks()
  await t.close()
})

const takenOver = (id: number) => takeOver(t.context, id, AbortSignal.abort())

/** As if its worker had given no sign of life. */
const silence = (id: number) =>
  t.db
    .updateTable('changes')
    .set({ lease_until: new Date(0) })
    .where('id', '=', id)
    .execute()

describe('taking over', () => {
  it('fences a worker that was only slow: its claim is worth nothing any more', async () => {
    const id = await t.approved(5)
    const turn = t.context.operations[0] as ChangeOperation
    const { plan } = turn
    let replanned = false
    turn.plan = async (...asked) => {
      // Its lease runs out while it plans again. Whoever takes over has not claimed it yet.
      void t.engine.worker.stop()
      while ((await readChange(t.db, id))?.state === 'claimed') {
        await silence(id)
        await takenOver(id)
      }
      replanned = true
      return await plan(...asked)
    }
    t.engine.worker.start()
    await vi.waitFor(() => expect(replanned).toBe(true), 15_000)
    await t.engine.worker.stop()
    expect(t.world.applied).toBe(0)
    expect((await readChange(t.db, id))?.state).toBe('approved')
  })

  it('keeps a worker that froze with its intent on record from an effect that nobody would look for', async () => {
    const id = await t.approved(5)
    const { transaction } = t.ledger
    let frozen = false
    t.context.ledger = {
      ...t.ledger,
      async transaction(cause, work) {
        const result = await transaction(cause, work)
        if (!frozen && (await readChange(t.db, id))?.state === 'intended') {
          frozen = true
          // As SIGSTOP does it: no timer of this process runs meanwhile.
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, t.context.leaseMs)
        }
        return result
      },
    }
    t.engine.worker.start()
    expect((await t.until(id, 'failed')).detail).toBe('the worker stopped; it was not applied (value is 3)')
    expect(t.world.applied).toBe(0)
  })

  it('lets nobody renew a lease that ran out: another may be looking already', async () => {
    const id = await t.approved(5)
    const held = { state: 'claimed', epoch: 1 } as const
    const until = (ms: number) =>
      t.db
        .updateTable('changes')
        .set({ ...held, lease_until: new Date(Date.now() + ms) })
        .where('id', '=', id)
        .execute()
    await until(5_000)
    expect(await renewLease(t.db, id, 1, 5_000)).toBe(true)
    await until(-1)
    expect(await renewLease(t.db, id, 1, 5_000)).toBe(false)
    expect(await renewLease(t.db, id, 1, 0), 'giving it up needs none').toBe(true)
  })

  it('goes on at once where a worker stopped whose effect had no answer', async () => {
    const id = await t.approved(5)
    t.world.next = 'lose the answer'
    t.world.before = async () => void t.engine.worker.stop()
    t.engine.worker.start()
    await vi.waitFor(() => expect(t.world.applied).toBe(1), 15_000)
    await t.engine.worker.stop()
    expect((await readChange(t.db, id))?.state).toBe('intended')

    const next = createEngine({ ...t.context, worker: 'next' })
    next.worker.start()
    await t.until(id, 'succeeded')
    await next.worker.stop()
    expect(t.world.applied).toBe(1)
  })

  it('leaves alone what another worker took over meanwhile', async () => {
    const id = await t.approved(5)
    const lease = { epoch: 4, lease_until: new Date(Date.now() + 60_000) }
    for (const state of ['claimed', 'intended', 'applied'] as const) {
      await t.db
        .updateTable('changes')
        .set({ ...lease, state })
        .where('id', '=', id)
        .execute()
      await takenOver(id)
      expect(await readChange(t.db, id)).toMatchObject({ state, epoch: 4 })
    }
  })

  it('ends what can’t be watched any more, when its service left the catalogue', async () => {
    t.world.health = 'settling'
    t.engine.worker.start()
    const id = await t.approved(5)
    await t.until(id, 'applied')
    await t.engine.worker.stop()
    delete t.rules.services.dial
    await silence(id)
    await takenOver(id)
    expect(await readChange(t.db, id)).toMatchObject({
      state: 'inconclusive',
      detail: expect.stringContaining('no such service'),
    })
  })
})

describe('the worker', () => {
  it('gives up watching by the database’s clock, whatever this machine’s says', async () => {
    t.world.health = 'settling'
    vi.spyOn(Date, 'now').mockReturnValue(0)
    t.engine.worker.start()
    await t.until(await t.approved(5), 'inconclusive')
  })

  it('tries at its own pace when the database refuses what it does', async () => {
    const log = keptLog()
    t.context.log = log
    await t.approved(5)
    t.context.ledger = { ...t.ledger, transaction: () => Promise.reject(new Error('read-only after a failover')) }
    t.engine.worker.start()
    await sleep(1_500)
    expect(log.messages.length).toBeGreaterThan(0)
    expect(log.messages.length).toBeLessThan(5)
  })

  it('tells a change once what it waits for, and then only looks whether it still does', async () => {
    const hold = { frozen_by: alice.id, reason: 'we look for the cause', frozen_at: new Date() }
    await t.db.insertInto('freezes').values(hold).execute()
    t.engine.worker.start()
    const id = await t.approved(5)
    const told = async () =>
      expect((await readChange(t.db, id))?.detail).toBe('waits: everything is held (we look for the cause)')
    await vi.waitFor(told, 15_000)
    let tries = 0
    const { transaction } = t.ledger
    t.context.ledger = {
      ...t.ledger,
      transaction(cause, work) {
        tries += 1
        return transaction(cause, work)
      },
    }
    await sleep(2_500)
    expect(tries).toBe(0)
    await t.db.updateTable('freezes').set({ released_at: new Date() }).execute()
    await t.until(id, 'succeeded')
  })
})
