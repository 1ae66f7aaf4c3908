import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { because } from '../../src/timeline/because.ts'
import { bob, type TestEngine, testEngine } from '../support/engine.ts'
import { keptLog } from '../support/log.ts'

let t: TestEngine
let log: ReturnType<typeof keptLog>
/** The ledger may have lost entries, and that can't be found out. */
let broken = false
beforeEach(async () => {
  log = keptLog()
  broken = false
  t = await testEngine({
    log,
    async recovering() {
      if (broken) throw new Error('nobody can tell')
      return false
    },
  })
})
afterEach(() => t.close())

const said = (message: string) => log.fields.filter((_, i) => log.messages[i] === message)

describe('what a worker does', () => {
  it('is because of the approval, not of the gesture that happened to wake it', async () => {
    const id = await t.planned(5)
    await t.vote(id, bob)
    const approval = await t.db
      .selectFrom('timeline')
      .select('cause')
      .where('type', '=', 'change.voted')
      .executeTakeFirst()
    t.engine.worker.start()
    because({ cause: 'command:somebody-else' }, () => t.engine.worker.wake())
    await expect
      .poll(() => said('a worker is done with a change'))
      .toEqual([{ change: `OP-${id}`, cause: approval?.cause, due: 'claim', ms: expect.any(Number) }])
  })

  it('is because of no refused gesture, though that was the last', async () => {
    const id = await t.planned(5)
    await t.vote(id, bob)
    await t.engine.withdraw({ person: bob, cause: 'action:refused', change: id })
    expect((await t.entries()).at(-1)).toMatchObject({ cause: 'action:refused', body: { type: 'operation.refused' } })
    t.engine.worker.start()
    await expect.poll(() => said('a worker is done with a change')).toHaveLength(1)
    expect(said('a worker is done with a change')).not.toMatchObject([{ cause: 'action:refused' }])
  })

  it('when it only looks what there is to do, is because of nothing', async () => {
    const trouble = () => said('Could not look for approved changes; trying again')
    broken = true
    t.engine.worker.start()
    await expect.poll(trouble).toHaveLength(1)
    because({ cause: 'command:somebody' }, () => t.engine.worker.wake())
    await expect.poll(() => trouble().length).toBeGreaterThan(1)
    for (const fields of trouble()) expect(fields).not.toHaveProperty('cause')
  })
})
