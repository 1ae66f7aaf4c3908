import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readChange } from '../../src/operations/store.ts'
import { type Ended, endRecovery } from '../../src/recovery/end.ts'
import { withClient } from '../../src/storage/connection.ts'
import { GENERAL } from '../../src/timeline/ledger.ts'
import { readEntries } from '../../src/timeline/store.ts'
import { verifyChain } from '../../src/timeline/verify-chain.ts'
import { alice, bob, carol, person, type TestEngine, testEngine } from '../support/engine.ts'

let t: TestEngine
let recovering: boolean
/** How often the worker has asked. */
let asked: number
beforeEach(async () => {
  recovering = false
  asked = 0
  t = await testEngine({
    async recovering() {
      asked += 1
      return recovering
    },
  })
  t.rules.policy.push({
    ...{
      effect: 'allow',
      roles: ['owner'],
      operations: ['recover'],
      services: ['*'],
      environments: ['*'],
      severities: ['*'],
      tiers: ['*'],
    },
    ...{ line: 9, text: 'allow owner recover' },
  })
})
afterEach(() => t.close())

const owner = (query: string) => withClient(t.database.migrateUrl, (client) => client.query(query))
const state = async (id: number) => (await readChange(t.db, id))?.state
/** As a restore or a failover begins it. */
async function begin() {
  recovering = true
  await owner(`insert into recoveries (began_at, reason, lost) values (clock_timestamp(), 'restored', '')`)
}
async function end(by = carol, recovery?: number): Promise<Ended> {
  const ended = await endRecovery(t.context, { person: by, cause: t.cause(), ...(recovery && { recovery }) })
  if (ended.kind === 'ended') recovering = false
  return ended
}
/** As a worker leaves it that dies there. */
async function left(id: number, as: 'claimed' | 'intended' | 'applied') {
  await owner(`update changes set state = '${as}', epoch = 1, worker = 'gone', lease_until = now() - interval '1 day'
    ${as === 'applied' ? `, verify_until = now() + interval '1 minute'` : ''} where id = ${id}`)
  if (as === 'claimed') return
  const step = JSON.stringify((await readChange(t.db, id))?.plan.steps[0])
  await owner(
    `insert into run_steps values (${id}, 1, 0, 1, '${step}', now(), ${as === 'applied' ? `'applied', now(), null` : 'null, null, null'})`,
  )
}
const general = async () => (await readEntries(t.db, GENERAL)).map(({ actor, body }) => [actor.name, body])

describe('while a recovery stands', () => {
  it('nothing that is approved is claimed, nothing expires, and nobody is taken over from', async () => {
    const [approved, claimed, intended, applied] = [
      await t.approved(5),
      await t.approved(6),
      await t.approved(7),
      await t.approved(8),
    ] as const
    for (const [id, as] of [
      [claimed, 'claimed'],
      [intended, 'intended'],
      [applied, 'applied'],
    ] as const)
      await left(id, as)
    await begin()
    const before = await t.story()
    t.engine.worker.start()
    await vi.waitFor(() => expect(asked).toBeGreaterThan(2), 10_000)
    expect(await t.story()).toEqual(before)
    expect(t.world.applied).toBe(0)
    expect(await state(approved)).toBe('approved')
  })

  it('people can look, plan, approve and open incidents', async () => {
    await begin()
    t.engine.worker.start()
    const read = { person: alice, cause: t.cause(), channel: 'C0INCIDENTS', incident: t.incident, line: 'look dial' }
    expect(
      await t.engine.request({ ...read, operation: t.context.operations[1] as never, args: { service: 'dial' } }),
    ).toMatchObject({ kind: 'read' })
    expect(
      await t.incidents.open({ person: alice, cause: t.cause() }, { severity: 'P1', title: null, service: null }),
    ).toMatchObject({ kind: 'done' })
    expect(await state(await t.approved(5))).toBe('approved')
  })
})

describe('ending it', () => {
  it('is for whom policy names for it; who was refused is on record, and it stands', async () => {
    await begin()
    for (const by of [alice, bob, person('U0GUEST', 'guest')])
      expect(await end(by)).toMatchObject({ kind: 'refused', code: 'denied' })
    expect(await general()).toEqual([
      ['alice', expect.objectContaining({ type: 'operation.refused', line: 'recover' })],
      ['bob', expect.anything()],
      ['guest', expect.anything()],
    ])
    expect(await end()).toMatchObject({ kind: 'ended', recovery: 1 })
  })

  it('makes stale what was planned, approved or claimed before; what was asked for since then runs', async () => {
    const [planned, approved, claimed] = [await t.planned(5), await t.approved(6), await t.approved(7)] as const
    await left(claimed, 'claimed')
    await begin()
    const since = await t.approved(8)
    t.engine.worker.start()
    expect(await end()).toEqual({
      kind: 'ended',
      recovery: 1,
      changes: { stale: [planned, approved, claimed], applied: [], unknown: [] },
    })
    for (const id of [planned, approved, claimed]) {
      expect(await readChange(t.db, id)).toMatchObject({
        state: 'stale',
        detail: 'the ledger went back to an earlier point (RECOVERY-1); plan it again',
        finishedAt: expect.any(Date),
      })
    }
    expect((await t.story()).slice(-5)).not.toContain('approved → intended')
    await t.until(since, 'succeeded')
    expect(t.world).toMatchObject({ value: 8, applied: 1 })
    expect((await general()).at(-1)).toEqual(['carol', { type: 'recovery.ended', changes: 3 }])
    expect(await verifyChain(t.db, 'INC-1')).toMatchObject({ ok: true })
  })

  it('fences a worker that was only slow', async () => {
    const id = await t.approved(5)
    await left(id, 'claimed')
    await begin()
    await end()
    expect(await readChange(t.db, id)).toMatchObject({ state: 'stale', epoch: 2 })
  })

  it('lets what went stale be planned again', async () => {
    const id = await t.approved(5)
    await begin()
    await end()
    t.engine.worker.start()
    const again = await t.engine.replan({ person: alice, cause: t.cause(), channel: 'C0INCIDENTS', change: id })
    if (again.kind !== 'planned') throw new Error(JSON.stringify(again))
    await t.vote(again.change, bob)
    await t.until(again.change, 'succeeded')
  })

  it('looks at what was about to be applied: what is there was applied, and is watched to its end', async () => {
    const id = await t.approved(5)
    await left(id, 'intended')
    t.world.value = 5
    await begin()
    expect(await end()).toMatchObject({ changes: { stale: [], applied: [id], unknown: [] } })
    t.engine.worker.start()
    await t.until(id, 'succeeded')
    expect(t.world.applied).toBe(0)
  })

  it.each([
    ['is not there: it may have been, before the ledger went back', () => {}],
    [
      'is something else by now',
      () => {
        t.world.value = 11
      },
    ],
    [
      'can’t be looked at',
      () => {
        t.world.observable = false
      },
    ],
    [
      'can’t be reached',
      () => {
        vi.spyOn(t.context.operations[0] as never as { observe(): Promise<never> }, 'observe').mockRejectedValue(
          new Error('no route'),
        )
      },
    ],
    [
      'has left the catalogue',
      () => {
        t.rules.services = {}
      },
    ],
  ])('asks people about an effect that %s', async (_, happens) => {
    const id = await t.approved(5)
    await left(id, 'intended')
    happens()
    await begin()
    expect(await end()).toMatchObject({ changes: { stale: [], applied: [], unknown: [id] } })
    expect(await readChange(t.db, id)).toMatchObject({
      state: 'unknown',
      detail: expect.stringMatching(/^the ledger went back to an earlier point; seen since: /),
    })
    t.engine.worker.start()
    expect(await t.engine.mark({ person: alice, cause: t.cause(), change: id, as: 'failed' })).toEqual({ kind: 'done' })
    expect(t.world.applied).toBe(0)
  })

  it('goes on watching what was applied', async () => {
    const id = await t.approved(5)
    await left(id, 'applied')
    t.world.value = 5
    await begin()
    expect(await end()).toMatchObject({ changes: { stale: [], applied: [], unknown: [] } })
    t.engine.worker.start()
    await t.until(id, 'succeeded')
  })

  it('happens once: the second is told that it is over, and so is a button of an earlier one', async () => {
    await t.approved(5)
    await begin()
    expect(await end()).toMatchObject({ kind: 'ended' })
    expect(await end()).toEqual({
      kind: 'refused',
      code: 'no_recovery',
      reason: 'no recovery stands: there is nothing to end',
    })
    expect(await end(carol, 1)).toMatchObject({ code: 'over', reason: 'RECOVERY-1 is over' })
    await begin()
    expect(await end(carol, 1)).toMatchObject({ code: 'over' })
    expect(await end(carol, 2)).toMatchObject({ kind: 'ended', recovery: 2 })
  })

  it('by two at once ends it once, with each change made stale once', async () => {
    const id = await t.approved(5)
    await begin()
    const kinds = (await Promise.all([end(), end()])).map(({ kind }) => kind)
    expect(kinds.sort()).toEqual(['ended', 'refused'])
    expect((await t.story()).filter((move) => move.endsWith('→ stale'))).toHaveLength(1)
    expect(await state(id)).toBe('stale')
  })

  it('stands until everything is settled: cut short, it is ended by asking again', async () => {
    const [first, second] = [await t.approved(5), await t.approved(6)] as const
    await begin()
    await owner(`create function refuse() returns trigger language plpgsql as $$ begin raise 'disk full'; end $$`)
    await owner(
      `create trigger refuse before update on changes for each row when (old.id = ${second}) execute function refuse()`,
    )
    await expect(end()).rejects.toThrow('disk full')
    expect([await state(first), await state(second)]).toEqual(['stale', 'approved'])
    await owner('drop trigger refuse on changes')
    expect(await end()).toMatchObject({ changes: { stale: [second] } })
  })
  it('does not happen while more is found to be lost: what came back by that is pending, too', async () => {
    const id = await t.approved(5)
    await begin()
    await owner(`create function lose() returns trigger language plpgsql security definer as $$
      begin update recoveries set began_at = clock_timestamp() where ended_at is null; return new; end $$`)
    await owner(`create trigger lose before update on changes for each row execute function lose()`)
    expect(await end()).toMatchObject({ kind: 'refused', code: 'lost_more' })
    expect(await state(id)).toBe('stale')
    expect(await end()).toMatchObject({ kind: 'ended', changes: { stale: [] } })
  })
})
