import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ChangeOperation } from '../../src/operations/operation.ts'
import { readChange } from '../../src/operations/store.ts'
import { bob, carol, type TestEngine, testEngine } from '../support/engine.ts'

let t: TestEngine
beforeEach(async () => {
  t = await testEngine()
  t.rules.policy.push({
    ...{ effect: 'allow', roles: ['owner'], operations: ['hold', 'release', 'revoke'], line: 9, text: 'owners' },
    ...{ services: ['*'], environments: ['*'], severities: ['*'], tiers: ['*'] },
  })
})
afterEach(() => t.close())

const asked = () => ({ person: carol, cause: t.cause() })

/** Something happens while a claimed change looks at its target, after everything else about it was found to be right. */
async function meanwhile(happens: () => Promise<unknown>): Promise<number> {
  const id = await t.approved(5)
  const turn = t.context.operations[0] as ChangeOperation
  const { check } = turn
  let happened = false
  turn.check = async (bound) => {
    if (!happened) {
      happened = true
      await new Promise((resolve) => setTimeout(resolve, 300))
      expect((await readChange(t.db, id))?.state).toBe('claimed')
      await happens()
    }
    return await check(bound)
  }
  t.engine.worker.start()
  return id
}

describe('while the target is looked at', () => {
  it('a hold is obeyed: the change waits for its end', async () => {
    const id = await meanwhile(() => t.engine.hold(asked(), 'look first'))
    while ((await readChange(t.db, id))?.detail !== 'waits: everything is held (look first)') await tick()
    await tick(1_200)
    expect(t.world.applied).toBe(0)
    await t.engine.release(asked())
    await t.until(id, 'succeeded')
  })

  it('an approver’s rights are revoked: the change goes stale', async () => {
    const id = await meanwhile(() => t.engine.revoke(asked(), { whom: bob, reason: 'his phone was stolen' }))
    expect((await t.until(id, 'stale')).detail).toContain('rights were revoked')
    expect(t.world.applied).toBe(0)
  })

  it('its time runs out: the change goes stale', async () => {
    t.rules.approvals.guarded.approveWithinMs = 1_000
    t.rules.approvals.guarded.executeWithinMs = 1_000
    const id = await meanwhile(() => tick(2_000))
    expect((await t.until(id, 'stale')).detail).toBe('it was not executed in time')
    expect(t.world.applied).toBe(0)
  })
})

const tick = (ms = 20) => new Promise((resolve) => setTimeout(resolve, ms))
