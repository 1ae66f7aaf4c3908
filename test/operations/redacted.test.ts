import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ChangeOperation, defineRead, type ReadOperation } from '../../src/operations/operation.ts'
import { redacted } from '../../src/operations/redacted.ts'
import { readSteps } from '../../src/operations/runs/store.ts'
import { createRedactor } from '../../src/redaction/redactor.ts'
import { type TestEngine, testEngine } from '../support/engine.ts'

const redact = createRedactor({ emails: false, patterns: [], secrets: [] })
const DSN = 'postgres://app:hunter2@db/shop'
const SHOWN = 'postgres://app:[redacted: password]@db/shop'

let t: TestEngine
let turn: ChangeOperation
beforeAll(async () => {
  t = await testEngine()
  turn = t.context.operations[0] as ChangeOperation
})
afterAll(() => t.close())

const draft = { steps: [], affects: DSN, warnings: [DSN], settleWithinMs: 1 }
const step = (after: Record<string, string>) => ({
  ...{ object: { kind: 'dial', name: 'dial', namespace: 'lab', uid: 'a' }, before: { value: 1 }, after, envelope: {} },
})
const bound = {} as never

describe('what an operation brings back from its target', () => {
  it('is redacted: readings, drafts, observations', async () => {
    const look = defineRead({
      ...(t.context.operations[1] as ReadOperation),
      read: async () => ({
        finding: `found ${DSN}`,
        alarming: true,
        detail: 'ghp_0123456789abcdefghij\nABCDEFGHIJ012345',
      }),
    })
    const read = redacted(look, redact) as ReadOperation
    expect(await read.read({ service: 'dial' }, bound)).toEqual({
      ...{ finding: `found ${SHOWN}`, alarming: true, detail: '[redacted: GitHub token]' },
    })
    const change = redacted(
      {
        ...turn,
        plan: async () => draft,
        observe: async () => ({ effect: 'present', health: 'settled', summary: DSN }),
      },
      redact,
    ) as ChangeOperation
    expect(await change.plan({ service: 'dial' }, bound, new Date())).toEqual({
      ...draft,
      affects: SHOWN,
      warnings: [SHOWN],
    })
    expect(await change.observe(step({}), bound)).toMatchObject({ summary: SHOWN })
  })

  it('is refused where a step would hold a secret: steps are stored and run as they are', async () => {
    for (const after of [{ url: DSN }, { password: 'hunter2' }]) {
      const change = redacted({ ...turn, plan: async () => ({ ...draft, steps: [step(after)] }) }, redact)
      const planned = (change as ChangeOperation).plan({ service: 'dial' }, bound, new Date())
      await expect(planned).rejects.toMatchObject({
        code: 'holds_secret',
        message: expect.not.stringContaining('hunter2'),
      })
    }
  })

  it('is redacted in its errors, which stay what they are', async () => {
    const error = Object.assign(new RangeError(`refused by ${DSN}`), { code: 'rejected', maybeApplied: true })
    const change = redacted({ ...turn, apply: () => Promise.reject(error) }, redact) as ChangeOperation
    const thrown = await change.apply(step({}), bound).catch((e: unknown) => e)
    expect(thrown).toBe(error)
    expect(thrown).toMatchObject({ message: `refused by ${SHOWN}`, code: 'rejected', maybeApplied: true })
  })
})

describe('a change whose effect fails with a secret', () => {
  it('keeps it in no table', async () => {
    const failing = Object.assign(new Error(`refused by ${DSN}`), { code: 'rejected', maybeApplied: false })
    const engine = await testEngine()
    engine.context.operations[0] = redacted(
      { ...(engine.context.operations[0] as ChangeOperation), apply: () => Promise.reject(failing) },
      redact,
    )
    engine.engine.worker.start()
    const id = await engine.approved(5)
    const change = await engine.until(id, 'failed')
    expect(change.detail).toBe(`refused by ${SHOWN}`)
    expect(await readSteps(engine.db, change)).toHaveLength(1)
    const { observed } = await engine.db.selectFrom('run_steps').select('observed').executeTakeFirstOrThrow()
    expect(observed).toBe(`refused by ${SHOWN}`)
    await engine.close()
  })
})
