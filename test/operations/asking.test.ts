import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { onCall } from '../../src/identity/rota.ts'
import { readChange } from '../../src/operations/store.ts'
import { withClient } from '../../src/storage/connection.ts'
import { alice, bob, carol, person, type TestEngine, testEngine } from '../support/engine.ts'

let t: TestEngine
beforeEach(async () => {
  t = await testEngine()
  t.rules.schedules = { nights: { ...rota, people: ['U0BOB', 'U0CAROL', 'U0DAVE', 'U0ALICE'] } }
  t.rules.roles.approver = { users: [], userGroups: [], onCall: ['nights'] }
  for (const one of [dave]) t.people.set(one.id, one)
})
afterEach(() => t.close())
const rota = { zone: 'UTC', starts: '2026-01-05 09:00', everyMs: 36_500 * 86_400_000, overrides: [] }
const dave = person('U0DAVE')

const asked = async (id: number) => (await readChange(t.db, id))?.asks.map(({ round, person }) => [round, person])
const about = (id: number, by = alice) => ({ person: by, cause: t.cause(), change: id })
async function untilAsked(id: number, rounds: number) {
  while (Number((await asked(id))?.at(-1)?.[0] ?? -1) < rounds - 1)
    await new Promise((resolve) => setTimeout(resolve, 20))
  return await asked(id)
}

describe('asking for an approval', () => {
  it('asks who is on call at once, with the plan', async () => {
    const id = await t.planned(5)
    expect(await asked(id)).toEqual([[0, bob.id]])
    expect((await t.story()).slice(-2)).toEqual(['change.planned', 'change.asked'])
  })

  it('never asks who asked: the next in turn then', async () => {
    t.rules.schedules.nights = { ...rota, people: ['U0ALICE', 'U0CAROL'] }
    const id = await t.planned(5)
    expect(await asked(id)).toEqual([[0, carol.id]])
    expect(await t.vote(id, carol)).toEqual({ kind: 'done' })
  })

  it('asks two people for what is critical, one of them an owner', async () => {
    t.rules.roles.owner = { users: ['U0DAVE'], userGroups: [], onCall: [] }
    expect(await asked(await t.planned(0))).toEqual([
      [0, bob.id],
      [0, carol.id],
      [0, dave.id],
    ])
  })

  it('asks the named people and groups where no role has a schedule', async () => {
    t.rules.roles.approver = { users: ['U0BOB', 'U0CAROL'], userGroups: ['S0SRE'], onCall: [] }
    expect(await asked(await t.planned(5))).toEqual([
      [0, bob.id],
      [0, carol.id],
      [0, 'S0SRE'],
    ])
  })

  it('asks nobody for what its requester confirms alone', async () => {
    const id = await t.approved(5)
    t.engine.worker.start()
    await t.until(id, 'succeeded')
    const undo = await t.engine.undo({ ...about(id), channel: 'C0INCIDENTS', confirmed: false })
    expect(undo.kind === 'planned' && (await asked(undo.change))).toEqual([])
  })

  it('asks the next one after the first time, then the next after the second, until nobody is left', async () => {
    t.rules.askNext = { severities: ['P1'], afterMs: [30, 60] }
    const id = await t.planned(5)
    t.engine.worker.start()
    expect(await untilAsked(id, 4)).toEqual([
      [0, bob.id],
      [1, carol.id],
      [2, dave.id],
      [3, ''],
    ])
    const before = (await t.entries()).length
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    expect((await t.entries()).length, 'that nobody is left is said once').toBe(before)
  })

  it('lets whoever was asked decide, though it is another’s turn; and nobody who was not', async () => {
    t.rules.askNext = { severities: ['P1'], afterMs: [30] }
    const id = await t.planned(5)
    expect(await t.vote(id, carol)).toMatchObject({ code: 'not_approver' })
    t.engine.worker.start()
    await untilAsked(id, 2)
    expect(await t.vote(id, carol)).toEqual({ kind: 'done' })
    await t.until(id, 'succeeded')
  })

  it('leaves it at the first ones in incidents of other severities', async () => {
    t.rules.askNext = { severities: ['P0'], afterMs: [10] }
    const id = await t.planned(5)
    t.engine.worker.start()
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    expect(await asked(id)).toEqual([[0, bob.id]])
  })

  it('waits while somebody looks, and shows who', async () => {
    t.rules.askNext = { severities: ['P1'], afterMs: [30] }
    const id = await t.planned(5)
    expect(await t.engine.looking(about(id, carol))).toMatchObject({ code: 'not_approver' })
    expect(await t.engine.looking(about(id, bob))).toEqual({ kind: 'done' })
    expect(await readChange(t.db, id)).toMatchObject({ looker: bob.id, lookingSince: expect.any(Date) })
    t.engine.worker.start()
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    expect(await asked(id)).toEqual([[0, bob.id]])
    await t.db
      .updateTable('changes')
      .set({ looking_since: new Date(Date.now() - 200_000) })
      .execute()
    await untilAsked(id, 2)
  })

  it('asks again when somebody taps, with the next one, but not twice within half a minute', async () => {
    const id = await t.planned(5)
    expect(await t.engine.askAgain(about(id))).toMatchObject({ code: 'just_asked' })
    await withClient(t.migrateUrl, (client) => client.query(`update asks set asked_at = now() - interval '40 s'`))
    expect(await t.engine.askAgain(about(id))).toEqual({ kind: 'done' })
    expect(await asked(id)).toEqual([
      [0, bob.id],
      [1, bob.id],
      [1, carol.id],
    ])
  })
})

describe('who decided while on call', () => {
  it('may have what they asked for in their turn, also when it ended before somebody approved', async () => {
    const quick = { ...rota, people: ['U0ALICE', 'U0BOB'], everyMs: 2_000 }
    t.rules.schedules.days = quick
    Object.assign(t.rules.roles.operator ?? {}, { users: [], onCall: ['days'] })
    Object.assign(t.rules.roles.approver ?? {}, { users: ['U0CAROL'], onCall: [] })
    const onDuty = () => (onCall(quick, new Date())[0] === 'U0ALICE' ? alice : bob)
    const asker = onDuty()
    const id = await t.planned(5, asker)
    await vi.waitUntil(() => onDuty() !== asker, 5_000)
    expect(await t.vote(id, carol)).toEqual({ kind: 'done' })
    t.engine.worker.start()
    await t.until(id, 'succeeded')
  })

  it('has decided, also when their turn ended before it ran', async () => {
    const quick = { ...rota, people: ['U0BOB', 'U0CAROL'], everyMs: 2_000 }
    t.rules.schedules.nights = quick
    const now = () => `T1/${onCall(quick, new Date())[0]}`
    const id = await t.planned(5)
    const [voter, other] = now() === bob.id ? [bob, carol] : [carol, bob]
    expect(await t.vote(id, voter)).toEqual({ kind: 'done' })
    await vi.waitUntil(() => now() === other.id, 5_000)
    t.engine.worker.start()
    await t.until(id, 'succeeded')
  })
})
