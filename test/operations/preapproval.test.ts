import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readChange } from '../../src/operations/store.ts'
import { alice, bob, carol, type TestEngine, testEngine } from '../support/engine.ts'

let t: TestEngine
beforeEach(async () => {
  t = await testEngine()
  t.rules.schedules = { nights: { ...rota, people: ['U0ALICE', 'U0BOB'] } }
  Object.assign(t.rules.services.dial ?? {}, { onCall: 'nights', bounds: { turn: { value: { min: 2, max: 12 } } } })
})
afterEach(() => t.close())
const rota = { zone: 'UTC', starts: '2026-01-05 09:00', everyMs: 36_500 * 86_400_000, overrides: [] }

/** Plans and returns the tier, with what lowered it. */
async function tierOf(value: number, by = alice) {
  const { plan } = (await readChange(t.db, await t.planned(value, by))) ?? {}
  return [plan?.tier, plan?.lowered]
}

describe('a change within the bounds of its service', () => {
  it('needs nobody but the person on call, and says which bounds say so', async () => {
    const id = await t.planned(5)
    const change = await readChange(t.db, id)
    expect(change?.plan).toMatchObject({ tier: 'low', lowered: 'bounds of dial: turn value 2 to 12' })
    expect(change?.plan.rules).toContain('bounds of dial: turn value 2 to 12')
    expect(change?.asks).toEqual([])
    t.engine.worker.start()
    expect(await t.engine.confirm({ person: alice, cause: t.cause(), change: id })).toEqual({ kind: 'done' })
    await t.until(id, 'succeeded')
  })

  it('asks for another person outside of the bounds, at their edges for nobody', async () => {
    expect(await tierOf(13)).toEqual(['guarded', null])
    expect(await tierOf(12)).toEqual(['low', 'bounds of dial: turn value 2 to 12'])
    expect(await tierOf(2)).toEqual(['low', 'bounds of dial: turn value 2 to 12'])
    expect(await tierOf(1)).toEqual(['guarded', null])
  })

  it('asks for another person when somebody else than who is on call wants it', async () => {
    expect(await tierOf(5, bob)).toEqual(['guarded', null])
  })

  it('asks for another person without bounds, without a schedule, and for an argument that the bounds don’t speak of', async () => {
    const dial = t.rules.services.dial as NonNullable<typeof t.rules.services.dial>
    dial.bounds = {}
    expect(await tierOf(5)).toEqual(['guarded', null])
    dial.bounds = { turn: {} }
    expect(await tierOf(6)).toEqual(['guarded', null])
    Object.assign(dial, { bounds: { turn: { value: { min: 2, max: 12 } } }, onCall: null })
    expect(await tierOf(7)).toEqual(['guarded', null])
  })

  it('asks for another person when no incident is open', async () => {
    await t.incidents.move({ person: alice, cause: t.cause() }, t.incident, 'resolved', { cause: null, fix: null })
    expect(await tierOf(5)).toEqual(['guarded', null])
  })

  it('lowers nothing that is critical', async () => {
    Object.assign(t.rules.services.dial ?? {}, { bounds: { turn: { value: { min: 0, max: 12 } } } })
    expect(await tierOf(0)).toEqual(['critical', null])
  })

  it('lowers nothing that can’t be taken back', async () => {
    Object.assign(t.context.operations[0] as object, { wayBack: 'none' })
    expect(await tierOf(5)).toEqual(['guarded', null])
  })

  it('still needs a policy line that lets them ask for it', async () => {
    t.rules.policy.pop()
    expect(await t.plan(5)).toMatchObject({ kind: 'refused', code: 'denied' })
  })

  it('is refused at the confirmation when the bounds were drawn tighter since', async () => {
    const id = await t.planned(5)
    Object.assign(t.rules.services.dial ?? {}, { bounds: { turn: { value: { min: 2, max: 4 } } } })
    expect(await t.engine.confirm({ person: alice, cause: t.cause(), change: id })).toMatchObject({
      code: 'denied',
      reason: expect.stringContaining(
        'isn’t approved in advance any more: it is outside of the bounds of dial: value 5',
      ),
    })
  })

  it('goes stale when they were drawn tighter between the confirmation and the execution', async () => {
    const id = await t.planned(5)
    await t.engine.confirm({ person: alice, cause: t.cause(), change: id })
    Object.assign(t.rules.services.dial ?? {}, { bounds: {} })
    t.engine.worker.start()
    expect((await t.until(id, 'stale')).detail).toContain('isn’t approved in advance any more')
    expect(t.world.applied).toBe(0)
  })
})

describe('what would happen', () => {
  const explain = (value: number, person = alice) =>
    t.engine.explain({
      ...{ person, by: { person, channel: '' }, incident: t.incident, operation: t.context.operations[0] as never },
      args: { service: 'dial', value },
    })

  it('is told with the line that says so, and nothing is planned', async () => {
    const before = (await t.entries()).length
    expect(await explain(5)).toMatchObject({ allowed: true, tier: 'low', lowered: expect.stringContaining('bounds') })
    expect(await explain(13)).toMatchObject({
      ...{ allowed: true, tier: 'guarded', lowered: null },
      reason: expect.stringContaining('line 1: allow operator'),
      notLowered: expect.stringContaining('value 13 isn’t 2 to 12'),
      asks: ['T1/U0BOB', 'T1/U0CAROL'],
    })
    expect(await explain(0)).toMatchObject({ tier: 'critical', owners: ['owner'] })
    expect((await t.entries()).length).toBe(before)
  })

  it('tells a denial and the roles that were held', async () => {
    expect(await explain(5, carol)).toMatchObject({
      allowed: false,
      roles: ['everyone', 'approver', 'owner'],
      reason: expect.stringContaining('no policy line allows turn (guarded) in production'),
    })
  })
})
