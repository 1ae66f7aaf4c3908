import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { changeCard } from '../../templates/change-card.ts'
import { type TestEngine, testEngine } from '../support/engine.ts'

/** The worker looks for something to do every second. */
const SEVERAL_POLLS_MS = 3_200

let t: TestEngine
beforeEach(async () => {
  t = await testEngine()
  t.engine.worker.start()
})
afterEach(() => t.close())

/** Turns the dial to 5, which ends so; gives the worker every chance to do something about it. */
async function ended(state: 'failed' | 'inconclusive') {
  const id = await t.approved(5)
  await t.until(id, state)
  const before = await t.story()
  await sleep(SEVERAL_POLLS_MS)
  expect(await t.story(), 'nothing more is on record').toEqual(before)
  const change = await t.until(id, state)
  expect(change.undoneBy).toEqual([])
  expect(await t.engine.changesOf(t.incident)).toHaveLength(1)
  const { blocks } = changeCard(change, { needs: { needed: 1, approvers: ['approver'] } })
  return JSON.stringify(blocks)
}

describe('what was applied and did not end well', () => {
  it.each([
    ['failed', 'failed'],
    ['inconclusive', 'settling'],
  ] as const)('%s: is left as it is, and its undo is offered, never taken', async (state, health) => {
    t.world.health = health
    expect(await ended(state)).toContain('"change.undo"')
    expect(t.world).toMatchObject({ value: 5, applied: 1 })
  })
})

describe('what failed before anything was applied', () => {
  it('offers no undo, and is not tried again by itself', async () => {
    t.world.next = 'refuse'
    const card = await ended('failed')
    expect(card).not.toContain('"change.undo"')
    expect(card).toContain('"change.replan"')
    expect(t.world).toMatchObject({ value: 3, applied: 0 })
  })
})
