import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { Context } from '../../src/incidents/context.ts'
import type { Severity } from '../../src/incidents/incident.ts'
import type { Incidents } from '../../src/incidents/incidents.ts'
import { alice, bob, carol, type TestEngine, testEngine } from '../support/engine.ts'
import { incidentsOf } from '../support/incidents.ts'

const MINUTE = 60_000
const severity = (name: string, acknowledge: number | null, update: number | null): Severity => ({
  ...{ name, aliases: [], description: '' },
  ...{ acknowledgeWithinMs: acknowledge && acknowledge * MINUTE, updateEveryMs: update && update * MINUTE },
})

let t: TestEngine
let incidents: Incidents
let woken: [string, Date][]
beforeEach(async () => {
  await t?.close()
  t = await testEngine()
  woken = []
  const context: Partial<Context> = {
    severities: () => [severity('P0', 5, 15), severity('P1', 30, 60), severity('P3', null, null)],
    onCall: (service) => (service === 'checkout' ? ['U0CAROL', 'U0BOB'] : []),
    wake: async (_, subject, at) => void woken.push([subject, at]),
  }
  incidents = incidentsOf(t.db, t.ledger, context)
})
afterAll(() => t.close())

const by = (person = alice) => ({ person, cause: t.cause() })
async function open(severity = 'P1', service: string | null = null) {
  const result = await incidents.open(by(), { severity, title: 'Checkout times out', service })
  return result.kind === 'done' ? result.incident : 0
}
const found = async (id: number) =>
  (await incidents.find(by(), id)) as NonNullable<Awaited<ReturnType<Incidents['find']>>>
const told = async () =>
  (await t.db.selectFrom('reminders').selectAll().orderBy('id').execute()).map(
    ({ kind, person, round, settled_at }) => `${kind} ${person.slice(3)} ${round}${settled_at ? ' settled' : ''}`,
  )
/** Time passes: whatever is due, and whatever was told, was so this much earlier. */
async function pass(minutes: number) {
  const ms = minutes * MINUTE
  const earlier = (date: Date | null) => date && new Date(date.getTime() - ms)
  for (const row of await t.db.selectFrom('incidents').selectAll().execute()) {
    const times = { declared_at: earlier(row.declared_at) as Date, acknowledge_by: earlier(row.acknowledge_by) }
    const moved = { ...times, update_due: earlier(row.update_due) }
    await t.db.updateTable('incidents').set(moved).where('id', '=', row.id).execute()
  }
  for (const row of await t.db.selectFrom('reminders').selectAll().execute()) {
    const times = { due_at: earlier(row.due_at) as Date, sent_at: earlier(row.sent_at) as Date }
    const moved = { ...times, snoozed_until: earlier(row.snoozed_until) }
    await t.db.updateTable('reminders').set(moved).where('id', '=', row.id).execute()
  }
}
async function waited(minutes: number, id: number) {
  await pass(minutes)
  await incidents.look(id)
}

describe('the response time', () => {
  it('is promised by the severity, and kept by whoever says that they are on it', async () => {
    const id = await open()
    const { acknowledgeBy, declaredAt } = await found(id)
    expect((acknowledgeBy?.getTime() ?? 0) - declaredAt.getTime()).toBe(30 * MINUTE)
    expect(woken.map(([subject]) => subject)).toEqual([`INC-${id}`, `INC-${id}`])
    expect(await incidents.acknowledge(by(bob), id)).toMatchObject({ kind: 'done' })
    expect(await incidents.acknowledge(by(carol), id)).toMatchObject({ reason: expect.stringContaining('already') })
    await waited(31, id)
    expect((await found(id)).breachedAt).toBeNull()
    expect(await told()).toEqual([])
  })

  it('is not told of to whoever isn’t in a private incident’s room, on call or not', async () => {
    const opening = { severity: 'P1', title: 'Keys leaked', service: 'checkout', visibility: 'private' } as const
    const result = await incidents.open(by(), opening)
    const id = result.kind === 'done' ? result.incident : 0
    await waited(31, id)
    expect(await told()).toEqual(['acknowledge U0ALICE 0'])
    await waited(6, id)
    expect(await told()).toEqual(['acknowledge U0ALICE 0'])
    // On call, and asked in by a role.
    await incidents.assign(by(), id, { role: 'scribe', person: bob })
    await waited(6, id)
    expect(await told()).toContain('acknowledge U0BOB 1')
  })

  it('is broken once, said once, and whose turn it is hears of it before whoever leads', async () => {
    const id = await open('P1', 'checkout')
    await waited(29, id)
    expect(await told()).toEqual([])
    await waited(2, id)
    await incidents.look(id)
    expect(await told()).toEqual(['acknowledge U0CAROL 0'])
    await waited(6, id)
    expect(await told()).toEqual(['acknowledge U0CAROL 0', 'acknowledge U0BOB 1'])
    await waited(60, id)
    expect(await told(), 'nobody is told after that').toHaveLength(3) // and that an update is due
    const breaches = (await incidents.entries(id, { before: 1_000, limit: 100 })).filter(
      ({ body }) => body.type === 'incident.response_breached',
    )
    expect(breaches).toHaveLength(1)
  })

  it('is over with whatever somebody does about the incident: an update, a move', async () => {
    const id = await open()
    await incidents.move(by(bob), id, 'mitigated')
    expect((await found(id)).acknowledgedAt).not.toBeNull()
  })

  it('is promised anew with another severity; none is where it promises nothing', async () => {
    const id = await open('P1')
    await waited(10, id)
    await incidents.changeSeverity(by(), id, { severity: 'P0', reason: null })
    await incidents.look(id)
    expect((await found(id)).breachedAt, 'five minutes, ten minutes ago').not.toBeNull()
    expect(await told()).toEqual(['acknowledge U0ALICE 0'])
    await incidents.changeSeverity(by(), id, { severity: 'P3', reason: null })
    expect(await found(id)).toMatchObject({ acknowledgeBy: null, updateDue: null, breachedAt: null })
    expect(await told()).toEqual(['acknowledge U0ALICE 0 settled'])
  })
})

describe('the next update', () => {
  const say = (id: number, nextInMs: number | null = null) =>
    incidents.postUpdate(by(), id, {
      template: 'update',
      said: 'we look',
      render: () => 'we look',
      status: null,
      nextInMs,
    })

  it('is due as the severity says, or as the last one promised', async () => {
    const id = await open()
    await say(id)
    const { updateDue, updatedAt } = await found(id)
    expect((updateDue?.getTime() ?? 0) - (updatedAt?.getTime() ?? 0)).toBe(60 * MINUTE)
    await say(id, 15 * MINUTE)
    const next = await found(id)
    expect((next.updateDue?.getTime() ?? 0) - (next.updatedAt?.getTime() ?? 0)).toBe(15 * MINUTE)
  })

  it('is asked of whoever speaks for it, then of who leads, then of nobody; posting it settles that', async () => {
    const id = await open()
    await incidents.acknowledge(by(), id)
    await incidents.assign(by(), id, { role: 'communications lead', person: bob })
    await waited(61, id)
    expect(await told()).toEqual(['update U0BOB 0'])
    await waited(6, id)
    await waited(6, id)
    expect(await told()).toEqual(['update U0BOB 0', 'update U0ALICE 1'])
    await say(id)
    expect(await told()).toEqual(['update U0BOB 0 settled', 'update U0ALICE 1 settled'])
  })

  it('is put off by whoever was told, and nobody else is told meanwhile', async () => {
    const id = await open()
    await incidents.acknowledge(by(), id)
    await waited(61, id)
    const [reminder] = await t.db.selectFrom('reminders').selectAll().execute()
    expect(await incidents.snooze(by(bob), reminder?.id ?? 0, 15)).toMatchObject({
      reason: 'somebody else was reminded',
    })
    expect(await incidents.snooze(by(), reminder?.id ?? 0, 15)).toMatchObject({ kind: 'done' })
    await waited(10, id)
    expect(await told()).toEqual(['update U0ALICE 0'])
    await waited(6, id)
    expect(await told()).toEqual(['update U0ALICE 0 settled', 'update U0ALICE 0'])
    expect(await incidents.snooze(by(), reminder?.id ?? 0, 15)).toMatchObject({ reason: 'it is done already' })
  })

  it('is no more due once it is over, and due again when it is reopened', async () => {
    const id = await open()
    await waited(61, id)
    await incidents.move(by(), id, 'resolved', {})
    expect(await found(id)).toMatchObject({ updateDue: null })
    expect((await told()).every((line) => line.endsWith('settled'))).toBe(true)
    await waited(60, id)
    expect(await told()).toHaveLength(2)
    await incidents.move(by(), id, 'investigating', { reason: 'it came back' })
    expect((await found(id)).updateDue?.getTime()).toBeGreaterThan(Date.now())
  })

  it('disturbs nobody more than three times an hour: the next in line is told', async () => {
    for (let n = 0; n < 4; n++) {
      const id = await open('P1')
      await incidents.acknowledge(by(), id)
      await incidents.assign(by(), id, { role: 'deputy', person: bob })
    }
    await pass(61)
    await incidents.lookAtAll()
    expect((await told()).sort()).toEqual([...Array(3).fill('update U0ALICE 0'), 'update U0BOB 0'])
  })
})

describe('a change that waits for its approval', () => {
  it('is told to whoever leads operations, unless they asked for it; deciding settles that', async () => {
    await incidents.assign(by(), t.incident, { role: 'operations lead', person: carol })
    const change = await t.planned(5)
    await t.engine.remindOfWaiting(change)
    expect(await told()).toEqual(['approval U0CAROL 0'])
    await t.vote(change, bob)
    expect(await told()).toEqual(['approval U0CAROL 0 settled'])
    await t.engine.remindOfWaiting(change)
    expect(await told()).toHaveLength(1)
  })
})
