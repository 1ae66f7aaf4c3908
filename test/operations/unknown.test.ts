import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Rota } from '../../src/identity/rota.ts'
import { readChange } from '../../src/operations/store.ts'
import { alice, bob, carol, type TestEngine, testEngine } from '../support/engine.ts'

let t: TestEngine
let id: number
beforeEach(async () => {
  t = await testEngine()
  t.engine.worker.start()
  Object.assign(t.world, { next: 'lose the answer', observable: false })
  id = await t.planned(5)
  await t.vote(id, bob)
  await t.until(id, 'unknown')
  t.world.observable = true
})
afterEach(() => t.close())

const weekly = (...people: string[]): Rota => ({
  ...{ zone: 'UTC', people, starts: '2026-01-05 09:00', everyMs: 7 * 86_400_000, overrides: [] },
})
const mark = (as: 'applied' | 'failed', by = alice) => t.engine.mark({ person: by, cause: t.cause(), change: id, as })
const undo = () =>
  t.engine.undo({ person: alice, cause: t.cause(), channel: 'C0INCIDENTS', change: id, confirmed: true })

describe('saying what became of an unknown outcome', () => {
  it('takes somebody who may ask for the change; others are refused, on record', async () => {
    expect(await mark('applied', carol)).toMatchObject({ kind: 'refused', code: 'denied' })
    expect((await t.entries()).at(-1)).toMatchObject({
      subject: `OP-${id}`,
      actor: { id: carol.id },
      body: { type: 'operation.refused', line: `mark as applied OP-${id}` },
    })
    expect((await readChange(t.db, id))?.state).toBe('unknown')
  })

  it('does not take what the change took: one that was approved in advance is settled after the incident, too', async () => {
    Object.assign(t.rules.schedules, { primary: weekly('U0ALICE') })
    Object.assign(t.rules.services.dial ?? {}, { onCall: 'primary', bounds: { turn: { value: { min: 1, max: 9 } } } })
    await mark('failed')
    const early = await t.planned(6)
    Object.assign(t.world, { next: 'lose the answer', observable: false })
    await t.engine.confirm({ person: alice, cause: t.cause(), change: early })
    await t.until(early, 'unknown')
    await t.incidents.move({ person: alice, cause: t.cause() }, t.incident, 'resolved', { cause: null, fix: null })
    expect(await t.engine.mark({ person: alice, cause: t.cause(), change: early, as: 'failed' })).toEqual({
      kind: 'done',
    })
  })

  it('obeys a policy line about the incident’s severity', async () => {
    const [, allowed] = t.rules.policy
    t.rules.policy.push({ ...(allowed as NonNullable<typeof allowed>), effect: 'deny', severities: ['P1'] })
    expect(await mark('applied')).toMatchObject({ code: 'denied' })
  })

  it('leaves a change that was applied to be undone like any other', async () => {
    await mark('applied')
    await t.until(id, 'succeeded')
    expect(await undo()).toMatchObject({ kind: 'planned', change: id + 1 })
    await t.until(id + 1, 'succeeded')
    expect(t.world.value).toBe(3)
  })

  it('leaves nothing to undo of one that was not applied', async () => {
    await mark('failed')
    expect(await undo()).toMatchObject({ reason: expect.stringContaining('nothing to undo') })
  })
})
