import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ChangeOperation, Step } from '../../src/operations/operation.ts'
import { alice, type TestEngine, testEngine } from '../support/engine.ts'

let t: TestEngine
let turn: ChangeOperation
beforeAll(async () => {
  t = await testEngine()
  turn = t.context.operations[0] as ChangeOperation
})
afterAll(() => t.close())

describe('a payload whose plan is too long to show', () => {
  it.each([
    ['many steps', { steps: 40, affects: 'the dial', warnings: [] }],
    ['a long word on what it affects', { steps: 1, affects: 'x'.repeat(1_501), warnings: [] }],
    ['many warnings', { steps: 1, affects: 'the dial', warnings: Array.from({ length: 20 }, () => 'w'.repeat(100)) }],
  ])('can’t be approved, and so isn’t planned: %s', async (_, { steps, ...rest }) => {
    const operation: ChangeOperation = {
      ...turn,
      async plan(args, bound, now) {
        const draft = await turn.plan(args, bound, now)
        const [first] = draft.steps as [Step]
        const many = Array.from({ length: steps }, (_, i) => ({ ...first, object: { ...first.object, uid: `u${i}` } }))
        return { ...draft, ...rest, steps: many }
      },
    }
    const asked = { person: alice, cause: t.cause(), channel: 'C0INCIDENTS', incident: t.incident }
    const args = { service: 'dial', value: 5 }
    expect(await t.engine.request({ ...asked, operation, args, line: 'turn dial 5' })).toMatchObject({
      ...{ kind: 'refused', code: 'too_long', reason: expect.stringContaining('ask for less at once') },
    })
    expect(await t.db.selectFrom('changes').selectAll().execute()).toEqual([])
    expect(t.world.applied).toBe(0)
  })
})
