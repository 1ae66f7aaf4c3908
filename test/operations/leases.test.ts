import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEngine, type Engine } from '../../src/operations/engine.ts'
import { type TestEngine, testEngine } from '../support/engine.ts'

let t: TestEngine
let second: Engine
/** How often the second worker looked for something to do. */
let looks: number
beforeEach(async () => {
  t = await testEngine()
  looks = 0
  second = createEngine({
    ...t.context,
    worker: 'second',
    async recovering() {
      looks += 1
      return false
    },
  })
})
afterEach(async () => {
  await second.worker.stop()
  await t.close()
})

const run = (id: number) =>
  t.db.selectFrom('changes').select(['epoch', 'worker']).where('id', '=', id).executeTakeFirstOrThrow()
const intents = (id: number) => t.db.selectFrom('run_steps').selectAll().where('change', '=', id).execute()

describe('a worker whose work takes longer than its lease', () => {
  it('renews it: an effect of three leases happens once, and no other worker takes it over', async () => {
    t.world.before = async () => void (await sleep(3.2 * t.context.leaseMs))
    t.engine.worker.start()
    const id = await t.approved(5)
    await t.until(id, 'intended')
    second.worker.start()
    await t.until(id, 'succeeded')
    expect(looks, 'the second worker was there all the time').toBeGreaterThanOrEqual(3)
    expect(await run(id)).toEqual({ epoch: 1, worker: 'test' })
    expect(await intents(id)).toHaveLength(1)
    expect(t.world.applied).toBe(1)
    expect((await t.story()).slice(-4)).toEqual([
      'approved → claimed',
      'claimed → intended',
      'intended → applied',
      'applied → succeeded',
    ])
  })

  it('renews it while it only watches, too', async () => {
    Object.assign(t.world, { health: 'settling', settleWithinMs: 60_000 })
    t.engine.worker.start()
    const id = await t.approved(5)
    await t.until(id, 'applied')
    second.worker.start()
    await sleep(3.2 * t.context.leaseMs)
    expect(looks).toBeGreaterThanOrEqual(3)
    expect(await run(id)).toEqual({ epoch: 1, worker: 'test' })
    t.world.health = 'settled'
    await t.until(id, 'succeeded')
    expect((await run(id)).epoch).toBe(1)
  })
})
