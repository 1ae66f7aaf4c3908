import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Sighting } from '../../src/recovery/lost.ts'
import { createLedger } from '../../src/timeline/ledger.ts'
import { alice } from '../support/engine.ts'
import { guardWorld } from './guard-world.ts'

const world = guardWorld()
const { start, settled, standing, general, owner, lose, end } = world

describe('at its start', () => {
  it('holds everything up until Slack was compared with the ledger', async () => {
    let answer: (seen: Sighting[]) => void = () => {}
    const guard = start({ witness: () => new Promise((resolve) => (answer = resolve)) })
    for (let i = 0; i < 5; i++) expect(await guard.holds()).toBe(true)
    answer([])
    expect(await settled(guard)).toBe('free')
  })

  it('waits for a Slack that takes long only so long, and finds out all the same', async () => {
    let answer: (seen: Sighting[]) => void = () => {}
    const guard = start({ waitMs: 100, witness: () => new Promise((resolve) => (answer = resolve)) })
    expect(await guard.holds()).toBe(true)
    await sleep(120)
    expect(await guard.holds()).toBe(false)
    answer([{ subject: 'INC-7', chain: 'INC-7', seq: 1, head: null, recordedAt: new Date() }])
    while (!(await guard.holds())) await sleep(10)
    expect((await standing())?.lost).toBe('INC-7, the whole of it')
  })

  it('does not wait for a Slack that is away: it compares when it is back', async () => {
    let away = true
    const guard = start({
      async witness() {
        if (away) throw new Error('503')
        return [{ subject: 'OP-3', chain: 'INC-1', seq: 9, head: null, recordedAt: new Date() }]
      },
    })
    expect(await settled(guard)).toBe('free')
    away = false
    while (!(await guard.holds())) await sleep(10)
    expect((await standing())?.lost).toMatch(/^INC-1, entries \d to 9 \(about OP-3\)$/)
  })

  it('asks once and no more, when nothing is missing', async () => {
    let asked = 0
    const guard = start({
      async witness() {
        asked += 1
        return []
      },
    })
    expect(await settled(guard)).toBe('free')
    await sleep(50)
    for (let i = 0; i < 5; i++) await guard.holds()
    expect(asked).toBe(1)
    expect(await general()).toEqual([])
    expect(await world.t.db.selectFrom('chains').select('chain').execute()).toEqual([{ chain: 'INC-1' }])
  })
})

it('tells when a recovery begins to stand, and when it is over', async () => {
  const guard = start({}, [{ seq: 5 }])
  expect(await settled(guard)).toBe('recovery')
  await guard.holds()
  await guard.holds()
  expect(world.changes).toBe(1)
  await end()
  expect(await guard.holds()).toBe(false)
  expect(world.changes).toBe(2)
})

describe('what Slack shows', () => {
  const heads = async () => (await world.t.entries()).map(({ hash }) => hash.slice(0, 16))

  it('is no more than the ledger has: nothing begins', async () => {
    await world.t.planned(5)
    const [first, second] = (await heads()) as [string, string]
    const seen = [{ seq: 1, head: first }, { seq: 2, head: second, subject: 'OP-1' }, { seq: 0 }, { seq: 1 }]
    expect(await settled(start({}, seen))).toBe('free')
  })

  it('goes beyond the end of a chain, or is of a chain that there is not: a recovery begins, and names them', async () => {
    const seen = [
      ...[{ seq: 2 }, { seq: 4, subject: 'OP-10' }, { seq: 3, subject: 'OP-9' }],
      ...[
        { chain: 'INC-2', subject: 'INC-2', seq: 1 },
        { chain: 'INC-2', subject: 'INC-2#2', seq: 2 },
      ],
    ]
    expect(await settled(start({}, seen))).toBe('recovery')
    const lost = 'INC-1, entries 2 to 4 (about OP-9, OP-10); INC-2, the whole of it'
    expect(await standing()).toMatchObject({ id: 1, reason: 'the ledger lacks entries that it had', lost })
    expect(await general()).toEqual([
      ['RECOVERY-1', { type: 'recovery.began', reason: `the ledger lacks entries that it had: ${lost}` }],
    ])
  })

  it('is another entry than the one in that place: what was lost was overtaken already', async () => {
    await world.t.planned(5)
    const [, second] = await heads()
    await lose('INC-1', 1)
    await world.t.plan(6)
    await world.t.plan(7)
    expect(await settled(start({}, [{ seq: 2, head: second as string, subject: 'OP-1' }]))).toBe('recovery')
    expect((await standing())?.lost).toBe('INC-1, entry 2 (about OP-1)')
  })

  it('names no more than a few chains', async () => {
    const seen = Array.from({ length: 30 }, (_, i) => ({ chain: `INC-${i + 2}`, subject: `INC-${i + 2}` }))
    expect(await settled(start({}, seen))).toBe('recovery')
    expect((await standing())?.lost).toMatch(/INC-21, the whole of it; 10 more$/)
  })

  it('begins one recovery, however many replicas find it', async () => {
    const seen = [{ seq: 5 }]
    const replicas = [1, 2, 3].map(() => start({ ledger: createLedger(world.t.db) }, seen))
    expect(await Promise.all(replicas.map(settled))).toEqual(['recovery', 'recovery', 'recovery'])
    await sleep(50)
    expect(await general()).toHaveLength(1)
  })

  it('keeps names from being given twice, whether or not something is missing', async () => {
    const seen = [
      { subject: 'INC-40#2', chain: 'INC-40' },
      { subject: 'OP-17' },
      { subject: 'RECOVERY-3' },
      { subject: 'OP-9999999999' },
    ]
    await settled(start({}, seen))
    expect((await standing())?.id).toBe(4)
    const opened = await world.t.incidents.open(
      { person: alice, cause: 'x' },
      { severity: 'P1', title: null, service: null },
    )
    expect(opened).toMatchObject({ incident: 41 })
    expect(await world.t.planned(5)).toBe(18)
    // Never back, and not on and on.
    await settled(start({}, seen))
    expect(await world.t.planned(6)).toBe(19)
  })
})

describe('a ledger that is new', () => {
  it('has nothing to recover: what Slack shows of another one is told, and its names are not given again', async () => {
    for (const table of ['payloads', 'timeline', 'participants', 'incidents', 'chains'])
      await owner(`delete from ${table}`)
    const seen = [{ chain: 'INC-8', subject: 'INC-8', seq: 4, recordedAt: new Date(Date.now() - 1000) }]
    expect(await settled(start({}, seen))).toBe('free')
    const lost = 'INC-8, the whole of it'
    const reason = `this ledger is new, and Slack shows what another one had: ${lost}`
    expect(await general()).toEqual([
      ['RECOVERY-1', { type: 'recovery.began', reason }],
      ['RECOVERY-1', { type: 'recovery.ended', changes: 0 }],
    ])
    const opening = { severity: 'P1', title: null, service: null }
    expect(await world.t.incidents.open({ person: alice, cause: 'x' }, opening)).toMatchObject({ incident: 9 })
    // Nor is it found again later, when the ledger is new no more.
    expect(await settled(start({}, seen))).toBe('free')
    expect(await general()).toHaveLength(2)
  })
})

describe('after a recovery', () => {
  it('does not find the same again: what was recorded before it is lost for good', async () => {
    const seen = [{ seq: 5, recordedAt: new Date(Date.now() - 1000) }]
    expect(await settled(start({}, seen))).toBe('recovery')
    await end()
    expect(await settled(start({}, [...seen, { seq: 6, recordedAt: null }]))).toBe('free')
  })

  it('finds what is lost then', async () => {
    expect(await settled(start({}, [{ seq: 5 }]))).toBe('recovery')
    await end()
    expect(await settled(start({}, [{ seq: 7, recordedAt: new Date(Date.now() + 60_000) }]))).toBe('recovery')
    expect((await standing())?.id).toBe(2)
  })
})
