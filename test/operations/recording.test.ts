import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readSteps } from '../../src/operations/runs/store.ts'
import { readChange } from '../../src/operations/store.ts'
import { type TestEngine, testEngine } from '../support/engine.ts'

let t: TestEngine
beforeEach(async () => {
  t = await testEngine()
  t.engine.worker.start()
})
afterEach(async () => {
  await t.close()
})

/** From the effect on, the next so many transactions fail: before they begin, or when they have committed. */
function breakAfterTheEffect(times: number, when: 'before' | 'committed', meanwhile = () => {}) {
  const { transaction } = t.ledger
  let left = 0
  t.world.before = async () => {
    left = times
    meanwhile()
  }
  t.context.ledger = {
    ...t.ledger,
    async transaction(cause, change) {
      if (left === 0) return await transaction(cause, change)
      left -= 1
      if (when === 'committed') await transaction(cause, change)
      throw Object.assign(new Error('the database is away'), { code: 'ECONNRESET' })
    },
  }
}

const outcomes = async (id: number) => {
  const change = await readChange(t.db, id)
  return change ? (await readSteps(t.db, change)).map(({ outcome }) => outcome) : []
}

describe('what an effect came to, while the database is away', () => {
  it('is recorded as soon as it is back, long before the lease runs out', async () => {
    t.context.leaseMs = 60_000
    breakAfterTheEffect(3, 'before')
    const id = await t.approved(5)
    await t.until(id, 'succeeded')
    expect(await outcomes(id)).toEqual(['applied'])
    expect(t.world.applied).toBe(1)
  })

  it('is recorded by who knows it: what somebody else did is not taken for its own', async () => {
    // In the middle of it somebody turns the dial to the same value.
    breakAfterTheEffect(3, 'before', () => {
      t.world.value = 5
    })
    const id = await t.approved(5)
    const { detail } = await t.until(id, 'failed')
    expect(detail).toContain('it changed between the last look and the change: nothing was done')
    expect(await outcomes(id)).toEqual(['failed'])
    expect(t.world.applied).toBe(0)
  })

  it('is recorded once when only the answer to the recording was lost', async () => {
    t.context.leaseMs = 60_000
    breakAfterTheEffect(1, 'committed')
    const id = await t.approved(5)
    await t.until(id, 'succeeded')
    expect((await t.story()).filter((entry) => entry === 'intended → applied')).toHaveLength(1)
    expect(t.world.applied).toBe(1)
  })

  it('waits until it is known that the ledger, which may be another server’s now, lost nothing', async () => {
    let recovering = false
    t.context.leaseMs = 60_000
    t.context.recovering = async () => recovering
    breakAfterTheEffect(1, 'before', () => {
      recovering = true
    })
    const id = await t.approved(5)
    await vi.waitFor(() => expect(t.world.applied).toBe(1), 15_000)
    await sleep(1_000)
    expect(await outcomes(id)).toEqual([null])
    recovering = false
    await t.until(id, 'succeeded')
    expect(await outcomes(id)).toEqual(['applied'])
  })

  it('is looked for by whoever takes over once the lease has run out', async () => {
    const frozen = new Int32Array(new SharedArrayBuffer(4))
    breakAfterTheEffect(1, 'before', () => {
      // As SIGSTOP does it, after the effect: no timer of this process runs meanwhile.
      setImmediate(() => Atomics.wait(frozen, 0, 0, t.context.leaseMs))
    })
    const id = await t.approved(5)
    await t.until(id, 'succeeded')
    const applied = (await t.entries()).flatMap(({ body }) =>
      body.type === 'change.moved' && body.to === 'applied' ? [body.detail] : [],
    )
    expect(applied, 'it says what was seen').toEqual(['value is 5'])
  })
})
