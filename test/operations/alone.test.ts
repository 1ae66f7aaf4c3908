import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readChange } from '../../src/operations/store.ts'
import { readEntries } from '../../src/timeline/store.ts'
import { alice, bob, carol, type TestEngine, testEngine } from '../support/engine.ts'

let t: TestEngine
beforeEach(async () => {
  t = await testEngine()
  t.rules.policy.push(act(['operator'], 'break-glass'), act(['owner'], 'hold', 'release', 'revoke'))
})
afterEach(() => t.close())

const act = (roles: string[], ...operations: string[]) => ({
  ...{ effect: 'allow' as const, roles, operations, line: 9, text: `allow ${roles} ${operations}` },
  ...{ services: ['*'], environments: ['*'], severities: ['*'], tiers: ['*'] },
})
const about = (id: number, by = alice) => ({ person: by, cause: t.cause(), change: id })
const asked = (by = carol) => ({ person: by, cause: t.cause() })
async function breakGlass(id: number, by = alice, over: object = {}) {
  const change = await readChange(t.db, id)
  const seen = { plan: change?.planNumber ?? 1, hash: change?.planHash.slice(0, 16) ?? '' }
  return await t.engine.breakGlass({ ...about(id, by), ...seen, reason: 'nobody answers', ...over })
}

describe('breaking the glass', () => {
  it('runs a plan on one person’s word, who has the right; it is on record, and the review has to answer for it', async () => {
    t.engine.worker.start()
    const id = await t.planned(5)
    expect(await breakGlass(id)).toEqual({ kind: 'done' })
    const ended = await t.until(id, 'succeeded')
    expect(ended.votes).toMatchObject([{ person: alice.id, decision: 'break_glass', comment: 'nobody answers' }])
    expect(await t.engine.reviewItemsOf(t.incident)).toMatchObject([
      { kind: 'break-glass', change: id, raisedBy: alice.id, settledAt: null, text: expect.stringContaining('nobody') },
    ])
    expect(await t.story()).toEqual(expect.arrayContaining(['change.voted', 'review.item_raised']))
  })

  it('works for what is critical, and after one’s own approval of somebody else’s plan', async () => {
    t.engine.worker.start()
    const id = await t.planned(0)
    expect(await t.vote(id, bob)).toEqual({ kind: 'done' })
    expect(await breakGlass(id, bob)).toEqual({ kind: 'done' })
    await t.until(id, 'succeeded')
  })

  it('is refused without the right, a reason, an open incident, and for what can’t be taken back', async () => {
    const id = await t.planned(5)
    expect(await breakGlass(id, carol)).toMatchObject({ code: 'denied' })
    expect(await breakGlass(id, alice, { reason: '  ' })).toMatchObject({ code: 'no_reason' })
    expect(await breakGlass(id, alice, { hash: '0'.repeat(16) })).toMatchObject({ code: 'other_plan' })
    Object.assign(t.context.operations[0] as object, { wayBack: 'none' })
    expect(await breakGlass(id)).toMatchObject({ code: 'irreversible' })
    Object.assign(t.context.operations[0] as object, { wayBack: 'undo' })
    await t.incidents.move({ person: alice, cause: t.cause() }, t.incident, 'resolved', { cause: null, fix: null })
    expect(await breakGlass(id)).toMatchObject({ code: 'no_incident' })
    expect((await readChange(t.db, id))?.state).toBe('planned')
  })

  it('is refused where a line forbids it in that environment, for that service, for what is so grave', async () => {
    const id = await t.planned(0)
    for (const narrowed of [{ environments: ['production'] }, { services: ['dial'] }, { tiers: ['critical'] }]) {
      t.rules.policy.push({ ...act(['operator'], 'break-glass'), effect: 'deny', ...narrowed })
      expect(await breakGlass(id)).toMatchObject({ code: 'denied' })
      t.rules.policy.pop()
    }
    t.rules.policy.push({ ...act(['operator'], 'break-glass'), effect: 'deny', environments: ['staging'] })
    expect(await breakGlass(id)).toEqual({ kind: 'done' })
  })

  it('is refused when its requester lost the right since: it would not run', async () => {
    const id = await t.planned(5, alice)
    t.rules.policy.push({ ...act(['approver'], 'break-glass') })
    Object.assign(t.rules.roles.operator ?? {}, { users: ['U0BOB'] })
    expect(await breakGlass(id, bob)).toMatchObject({
      code: 'denied',
      reason: expect.stringContaining('who asked may not have it any more'),
    })
    expect(await t.engine.reviewItemsOf(t.incident)).toEqual([])
  })

  it('keeps how old its right was, also of who had approved before', async () => {
    const id = await t.planned(0)
    await t.vote(id, bob)
    const { person } = t.directory
    t.directory.person = async (id) => ({ ...(await person(id)), at: new Date(Date.now() - 3_600_000) })
    const hourAgo = { ...bob, asOf: new Date(Date.now() - 3_600_000) }
    expect(await breakGlass(id, hourAgo)).toEqual({ kind: 'done' })
    expect((await readChange(t.db, id))?.votes).toMatchObject([
      { decision: 'break_glass', rolesAsOf: expect.any(Date) },
    ])
  })

  it('isn’t among the rights of somebody who may do “everything”', async () => {
    t.rules.policy = [act(['operator'], '*')]
    expect(await breakGlass(await t.planned(5))).toMatchObject({ code: 'denied' })
  })

  it('goes stale when the right to it is gone before it runs', async () => {
    const id = await t.planned(5)
    await breakGlass(id)
    t.rules.policy = t.rules.policy.filter(({ operations }) => !operations.includes('break-glass'))
    t.engine.worker.start()
    expect((await t.until(id, 'stale')).detail).toContain('the right to break the glass')
    expect(t.world.applied).toBe(0)
  })
})

describe('a hold', () => {
  it('lets nothing new run, for anybody; what was approved runs when it is released', async () => {
    expect(await t.engine.hold(asked(), 'the cluster is being moved')).toMatchObject({ kind: 'done' })
    t.engine.worker.start()
    const id = await t.approved(5)
    while (!(await readChange(t.db, id))?.detail?.includes('everything is held')) await tick()
    expect(t.world.applied).toBe(0)
    const before = (await t.entries()).length
    await tick(1_200)
    expect((await t.entries()).length, 'that it waits is said once').toBe(before)
    expect(await t.engine.release(asked())).toMatchObject({ kind: 'done' })
    await t.until(id, 'succeeded')
  })

  it('is one at a time, needs a right and a reason, and is over once', async () => {
    expect(await t.engine.hold(asked(alice), 'so')).toMatchObject({ code: 'denied' })
    expect(await t.engine.hold(asked(), ' ')).toMatchObject({ code: 'no_reason' })
    const both = await Promise.all([t.engine.hold(asked(), 'one'), t.engine.hold(asked(), 'two')])
    expect(both.map((result) => ('code' in result ? result.code : result.kind)).sort()).toEqual(['done', 'held'])
    expect(await t.engine.release(asked(alice))).toMatchObject({ code: 'denied' })
    expect(await t.engine.release(asked())).toMatchObject({ kind: 'done' })
    expect(await t.engine.release(asked())).toMatchObject({ code: 'not_held' })
    expect(await t.engine.hold(asked(), 'again')).toMatchObject({ kind: 'done' })
  })

  it('holds an undo too', async () => {
    t.engine.worker.start()
    const id = await t.approved(5)
    await t.until(id, 'succeeded')
    await t.engine.hold(asked(), 'look first')
    const undo = await t.engine.undo({ ...about(id), channel: 'C0INCIDENTS', confirmed: true })
    const back = undo.kind === 'planned' ? undo.change : 0
    while (!(await readChange(t.db, back))?.detail?.includes('everything is held')) await tick()
    expect(t.world.value).toBe(5)
    await t.engine.release(asked())
    await t.until(back, 'succeeded')
    expect(t.world.value).toBe(3)
  })
})

describe('withdrawing', () => {
  it('is for the requester, while it has not begun', async () => {
    await t.engine.hold(asked(), 'wait')
    const id = await t.approved(5)
    expect(await t.engine.withdraw(about(id, bob))).toMatchObject({ code: 'not_requester' })
    expect(await t.engine.withdraw(about(id))).toEqual({ kind: 'done' })
    expect((await readChange(t.db, id))?.state).toBe('withdrawn')
    expect(await t.engine.withdraw(about(id))).toMatchObject({ code: 'decided' })
  })

  it('stops what somebody else rejects after it was approved, before it runs', async () => {
    const id = await t.approved(5)
    expect(await t.vote(id, carol, 'reject')).toEqual({ kind: 'done' })
    expect(await readChange(t.db, id)).toMatchObject({
      state: 'withdrawn',
      detail: 'rejected by carol after it was approved',
    })
    t.engine.worker.start()
    await tick(300)
    expect(t.world.applied).toBe(0)
  })
})

describe('revoking somebody’s rights', () => {
  const revoke = (whom = bob, by = carol) => t.engine.revoke(asked(by), { whom, reason: 'his phone was stolen' })

  it('takes their approvals with it: what they approved does not run', async () => {
    const id = await t.approved(5)
    expect(await revoke()).toEqual({ kind: 'done' })
    t.engine.worker.start()
    expect((await t.until(id, 'stale')).detail).toContain('an approver lost the role')
    expect(t.world.applied).toBe(0)
  })

  it('withdraws what they asked for and has not begun, and lets them do nothing more', async () => {
    const own = await t.planned(5, bob)
    const others = await t.planned(6)
    await revoke()
    expect((await readChange(t.db, own))?.state).toBe('withdrawn')
    expect((await readChange(t.db, others))?.state).toBe('planned')
    expect(await t.plan(7, bob)).toMatchObject({ code: 'denied', reason: expect.stringContaining('you hold no role') })
    expect(await t.vote(others, bob)).toMatchObject({ code: 'not_approver' })
    expect(await t.engine.looking(about(others, bob))).toMatchObject({ code: 'not_approver' })
    expect(await revoke()).toMatchObject({ code: 'revoked' })
  })

  it('ends their tokens, which their rights don’t bring back', async () => {
    const row = (id: string, days: number) => ({
      ...{ person: id, hash: randomBytes(32), issued_by: carol.id, issued_at: new Date() },
      expires_at: new Date(Date.now() + days * 86_400_000),
    })
    await t.db
      .insertInto('tokens')
      .values([row(bob.id, 1), row(alice.id, 1), row(bob.id, 2)])
      .execute()
    await revoke()
    await t.engine.reinstate(asked(), bob)
    const standing = await t.db.selectFrom('tokens').select('person').where('revoked_at', 'is', null).execute()
    expect(standing).toEqual([{ person: alice.id }])
    const general = await readEntries(t.db, 'general')
    expect(general.map(({ subject, body }) => [subject, body.type])).toEqual([
      ['general', 'person.revoked'],
      ['token 1', 'token.revoked'],
      ['token 3', 'token.revoked'],
      ['general', 'person.reinstated'],
    ])
  })

  it('is lifted, and not done twice, under any of the accounts that became one person’s', async () => {
    await revoke(bob)
    t.rules.people = [['U0ALICE', 'U0BOB']]
    expect(await revoke(alice)).toMatchObject({ code: 'revoked' })
    expect(await t.engine.reinstate(asked(), alice)).toEqual({ kind: 'done' })
    expect(await t.engine.reinstate(asked(), alice)).toMatchObject({ code: 'not_revoked' })
  })

  it('needs the right to it, and a reason; another person gives them back', async () => {
    expect(await revoke(bob, alice)).toMatchObject({ code: 'denied' })
    expect(await t.engine.revoke(asked(), { whom: bob, reason: '' })).toMatchObject({ code: 'no_reason' })
    t.rules.roles.owner?.users.push('U0BOB')
    await revoke()
    expect(await t.engine.reinstate(asked(bob), bob)).toMatchObject({ kind: 'refused' })
    expect(await t.engine.reinstate(asked(), bob)).toEqual({ kind: 'done' })
    expect(await t.engine.reinstate(asked(), bob)).toMatchObject({ code: 'not_revoked' })
    expect((await t.plan(7, bob)).kind).toBe('planned')
  })
})

const tick = (ms = 20) => new Promise((resolve) => setTimeout(resolve, ms))
