import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ChangeOperation } from '../../src/operations/operation.ts'
import type { Rule } from '../../src/operations/policy.ts'
import { readChange } from '../../src/operations/store.ts'
import { alice, bob, carol, person, type TestEngine, testEngine } from '../support/engine.ts'

let t: TestEngine
beforeEach(async () => {
  t = await testEngine()
})
afterEach(() => t.close())

describe('approving a change', () => {
  it('applies it once another person approved, watches it, and says how it ended', async () => {
    t.engine.worker.start()
    const id = await t.planned(5)
    expect(await t.vote(id, bob)).toEqual({ kind: 'done' })
    const ended = await t.until(id, 'succeeded')
    expect(t.world).toMatchObject({ value: 5, applied: 1 })
    expect(ended.detail).toMatch(/^value is 5 after \d s$/)
    expect(await t.story()).toEqual([
      'incident.opened',
      'change.planned',
      'change.asked',
      'person.joined',
      'change.voted',
      'planned → approved',
      'approved → claimed',
      'claimed → intended',
      'intended → applied',
      'applied → succeeded',
    ])
  })

  it('refuses the requester, and puts that on record', async () => {
    const id = await t.planned(5)
    expect(await t.vote(id, alice)).toMatchObject({ kind: 'refused', code: 'not_approver' })
    expect((await t.entries()).at(-1)?.body).toMatchObject({ type: 'operation.refused', code: 'not_approver' })
    expect((await readChange(t.db, id))?.state).toBe('planned')
  })

  it('refuses people without the role, guests and strangers', async () => {
    const id = await t.planned(5)
    for (const other of [
      person('U0DAVE'),
      { ...bob, standing: 'guest' as const },
      { ...bob, standing: 'stranger' as const },
    ]) {
      expect(await t.vote(id, other)).toMatchObject({ code: 'not_approver' })
    }
    expect((await readChange(t.db, id))?.state).toBe('planned')
  })

  it('counts a second click of the same person once, and tells who was faster', async () => {
    const id = await t.planned(5)
    await t.vote(id, bob)
    expect(await t.vote(id, bob)).toMatchObject({ code: 'decided', reason: expect.stringContaining('approved by bob') })
    expect((await readChange(t.db, id))?.votes).toHaveLength(1)
  })

  it('lets a rejection win that comes at the same moment as an approval', async () => {
    for (let value = 4; value < 10; value++) {
      const id = await t.planned(value)
      const both = [t.vote(id, bob, 'approve'), t.vote(id, carol, 'reject')]
      await Promise.all(value % 2 ? both.reverse() : both)
      expect(['rejected', 'withdrawn']).toContain((await readChange(t.db, id))?.state)
    }
    t.engine.worker.start()
    await sleep(300)
    expect(t.world.applied).toBe(0)
  })

  it('binds a vote to the plan that was seen: another hash or number decides nothing', async () => {
    const id = await t.planned(5)
    expect(await t.vote(id, bob, 'approve', { hash: '0'.repeat(16) })).toMatchObject({ code: 'other_plan' })
    expect(await t.vote(id, bob, 'approve', { plan: 2 })).toMatchObject({ code: 'other_plan' })
    expect((await readChange(t.db, id))?.state).toBe('planned')
  })

  it('is not repeated by a redelivery of the same click', async () => {
    const id = await t.planned(5)
    const change = await readChange(t.db, id)
    const ballot = {
      person: bob,
      cause: 'click',
      change: id,
      plan: 1,
      hash: change?.planHash ?? '',
      decision: 'approve' as const,
    }
    await t.engine.vote(ballot)
    const again = await t.engine.vote(ballot)
    expect(again).toMatchObject({ kind: 'refused' })
    expect((await t.story()).filter((s) => s === 'change.voted')).toHaveLength(1)
  })

  it('takes two people for a critical change, one of them an owner', async () => {
    const dave = person('U0DAVE')
    t.people.set(dave.id, dave)
    t.rules.roles.approver?.users.push('U0DAVE')
    t.engine.worker.start()
    const id = await t.planned(0)
    await t.vote(id, bob)
    await t.vote(id, dave)
    expect((await readChange(t.db, id))?.state).toBe('planned') // two, and no owner among them
    await t.vote(id, carol)
    await t.until(id, 'succeeded')
  })

  it('counts two approvals at the same moment as two', async () => {
    for (let tries = 0; tries < 5; tries++) {
      const id = await t.planned(0)
      await Promise.all([t.vote(id, bob), t.vote(id, carol)])
      expect((await readChange(t.db, id))?.state).toBe('approved')
    }
  })

  it('counts nobody who lost the role since they approved', async () => {
    const id = await t.planned(0)
    await t.vote(id, bob)
    Object.assign(t.rules.roles.approver ?? {}, { users: ['U0CAROL'] })
    await t.vote(id, carol)
    expect((await readChange(t.db, id))?.state).toBe('planned')
  })

  it('is refused, on record, when its requester lost the right since; a rejection is not', async () => {
    const id = await t.planned(5)
    t.rules.policy.pop()
    expect(await t.vote(id, bob)).toMatchObject({ code: 'denied', reason: expect.stringContaining('who asked') })
    expect((await t.entries()).at(-1)?.body).toMatchObject({ type: 'operation.refused', line: 'approve OP-1' })
    expect(await readChange(t.db, id)).toMatchObject({ state: 'planned', votes: [] })
    expect(await t.vote(id, carol, 'reject')).toEqual({ kind: 'done' })
  })

  it('is refused, with the reason, while Slack can’t tell who is in a user group', async () => {
    const id = await t.planned(5)
    Object.assign(t.rules.roles.everyone ?? {}, { users: [], userGroups: ['S0ALL'] })
    t.directory.group = () => Promise.reject(new Error('Slack is away'))
    expect(await t.vote(id, bob)).toMatchObject({ kind: 'refused', code: 'identity_unavailable' })
    expect(await t.plan(6)).toMatchObject({ kind: 'refused', code: 'identity_unavailable' })
    expect((await readChange(t.db, id))?.state).toBe('planned')
  })

  it('refuses a critical change of a service that nobody owns', async () => {
    expect(await t.plan(0, alice, 'orphan')).toMatchObject({ code: 'no_owners' })
  })

  it('withdraws it when its requester taps Reject, and rejects it when another does', async () => {
    const [first, second] = [await t.planned(5), await t.planned(6)]
    await t.vote(first, alice, 'reject')
    await t.vote(second, bob, 'reject')
    expect((await readChange(t.db, first))?.state).toBe('withdrawn')
    expect((await readChange(t.db, second))?.state).toBe('rejected')
    expect(await t.vote(second, carol)).toMatchObject({ code: 'decided' })
  })

  it('expires, and a click after that decides nothing', async () => {
    t.rules.approvals.guarded.approveWithinMs = 50
    const id = await t.planned(5)
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(await t.vote(id, bob)).toMatchObject({ code: 'expired' })
    t.engine.worker.start()
    expect((await t.until(id, 'expired')).detail).toBe('nobody approved it in time')
    expect(t.world.applied).toBe(0)
  })

  it('expires when it was approved and not executed in time', async () => {
    Object.assign(t.rules.approvals.guarded, { approveWithinMs: 2_000, executeWithinMs: 0 })
    const id = await t.planned(5)
    expect(await t.vote(id, bob)).toEqual({ kind: 'done' })
    await new Promise((resolve) => setTimeout(resolve, 2_010))
    t.engine.worker.start()
    await t.until(id, 'expired')
    expect(t.world.applied).toBe(0)
  })
})

describe('asking for a change', () => {
  const asked = () => ({
    ...{ person: alice, cause: t.cause(), channel: 'C0INCIDENTS', incident: t.incident },
    ...{ operation: t.context.operations[0] as never, args: { service: 'dial', value: 5 }, line: 'turn dial 5' },
  })

  it('is refused and recorded when no policy line allows it', async () => {
    expect(await t.plan(5, carol)).toMatchObject({
      code: 'denied',
      reason: expect.stringContaining('no policy line allows'),
    })
    expect((await t.entries()).at(-1)?.body).toMatchObject({ type: 'operation.refused', code: 'denied' })
  })

  it('is refused by a deny line, whatever else allows it', async () => {
    t.rules.policy.push({ ...(t.rules.policy[1] as never as object), effect: 'deny', text: 'not now' } as never)
    expect(await t.plan(5)).toMatchObject({ code: 'denied', reason: expect.stringContaining('not now') })
  })

  it('is refused by a deny line about a severity outside of every incident too, and allowed by none', async () => {
    const [reads, changes] = t.rules.policy as [Rule, Rule]
    const outside = () => t.engine.request({ ...asked(), incident: null })
    t.rules.policy = [reads, { ...changes, severities: ['P1'] }]
    expect(await outside()).toMatchObject({ code: 'denied', reason: expect.stringContaining('no policy line allows') })
    t.rules.policy = [reads, changes, { ...changes, effect: 'deny', severities: ['P0'], text: 'hands off in a P0' }]
    expect(await outside()).toMatchObject({ code: 'denied', reason: expect.stringContaining('hands off in a P0') })
    expect(await t.engine.request(asked())).toMatchObject({ kind: 'planned' })
  })

  it('is refused when there is nothing to change', async () => {
    const turn = t.context.operations[0] as ChangeOperation
    const { plan } = turn
    turn.plan = async (...args) => ({ ...(await plan(...args)), steps: [] })
    expect(await t.plan(5)).toMatchObject({ kind: 'refused', code: 'nothing_to_do' })
  })

  it('is planned once however often it is delivered', async () => {
    const twice = { ...asked(), cause: 'once' }
    const results = await Promise.allSettled([t.engine.request(twice), t.engine.request(twice)])
    expect(results.filter((r) => r.status === 'fulfilled')).toHaveLength(1)
    expect((await t.story()).filter((s) => s === 'change.planned')).toHaveLength(1)
  })
})
