import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createGuard, type Guard, type GuardOptions } from '../../src/recovery/guard.ts'
import type { Sighting } from '../../src/recovery/lost.ts'
import { pendingBefore } from '../../src/recovery/store.ts'
import { withClient } from '../../src/storage/connection.ts'
import { createLedger, GENERAL } from '../../src/timeline/ledger.ts'
import { readEntries } from '../../src/timeline/store.ts'
import { alice, type TestEngine, testEngine } from '../support/engine.ts'
import { quiet } from '../support/log.ts'

let t: TestEngine
let guards: Guard[]
let changes: number
beforeEach(async () => {
  t = await testEngine()
  guards = []
  changes = 0
})
afterEach(async () => {
  for (const guard of guards) guard.stop()
  await t.close()
})

function start(options: Partial<GuardOptions> = {}, seen: Partial<Sighting>[] = []) {
  const usual = { subject: 'INC-1', chain: 'INC-1', seq: 1, head: null, recordedAt: new Date() }
  const guard = createGuard({
    ...{ db: t.db, ledger: t.ledger, log: quiet, waitMs: 30_000, againMs: 20 },
    witness: async () => seen.map((one) => ({ ...usual, ...one })),
    changed: () => {
      changes += 1
    },
    ...options,
  })
  guards.push(guard)
  return guard
}

/** Asks until it is no longer in the way, or until a recovery stands. */
async function settled(guard: Guard) {
  for (let tries = 0; tries < 500; tries++) {
    if (!(await guard.holds())) return 'free'
    if (await standing()) return 'recovery'
    await sleep(10)
  }
  throw new Error('it holds everything up, and no recovery stands')
}
const standing = async () =>
  await t.db.selectFrom('recoveries').selectAll().where('ended_at', 'is', null).executeTakeFirst()
const general = async () => (await readEntries(t.db, GENERAL)).map(({ subject, body }) => [subject, body])
const owner = (query: string) => withClient(t.database.migrateUrl, (client) => client.query(query))
/** As the newest rows are lost when a standby takes over that had not got them yet. */
async function lose(chain: string, after: number) {
  await owner(`delete from payloads where chain = '${chain}' and seq > ${after}`)
  await owner(`delete from timeline where chain = '${chain}' and seq > ${after}`)
  await owner(
    `update chains set seq = ${after}, head = coalesce((select hash from timeline where chain = '${chain}' and seq = ${after}), '\\x00') where chain = '${chain}'`,
  )
}
const end = () => owner(`update recoveries set ended_by = 'somebody', ended_at = now()`)

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
    expect(await t.db.selectFrom('chains').select('chain').execute()).toEqual([{ chain: 'INC-1' }])
  })
})

it('tells when a recovery begins to stand, and when it is over', async () => {
  const guard = start({}, [{ seq: 5 }])
  expect(await settled(guard)).toBe('recovery')
  await guard.holds()
  await guard.holds()
  expect(changes).toBe(1)
  await end()
  expect(await guard.holds()).toBe(false)
  expect(changes).toBe(2)
})

describe('what Slack shows', () => {
  const heads = async () => (await t.entries()).map(({ hash }) => hash.slice(0, 16))

  it('is no more than the ledger has: nothing begins', async () => {
    await t.planned(5)
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
    await t.planned(5)
    const [, second] = await heads()
    await lose('INC-1', 1)
    await t.plan(6)
    await t.plan(7)
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
    const replicas = [1, 2, 3].map(() => start({ ledger: createLedger(t.db) }, seen))
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
    const opened = await t.incidents.open({ person: alice, cause: 'x' }, { severity: 'P1', title: null, service: null })
    expect(opened).toMatchObject({ incident: 41 })
    expect(await t.planned(5)).toBe(18)
    // Never back, and not on and on.
    await settled(start({}, seen))
    expect(await t.planned(6)).toBe(19)
  })
})

describe('a ledger that is new', () => {
  it('has nothing to recover: what Slack shows of another one is told, and its names are not given again', async () => {
    for (const table of ['payloads', 'timeline', 'incidents', 'chains']) await owner(`delete from ${table}`)
    const seen = [{ chain: 'INC-8', subject: 'INC-8', seq: 4, recordedAt: new Date(Date.now() - 1000) }]
    expect(await settled(start({}, seen))).toBe('free')
    const lost = 'INC-8, the whole of it'
    const reason = `this ledger is new, and Slack shows what another one had: ${lost}`
    expect(await general()).toEqual([
      ['RECOVERY-1', { type: 'recovery.began', reason }],
      ['RECOVERY-1', { type: 'recovery.ended', changes: 0 }],
    ])
    const opening = { severity: 'P1', title: null, service: null }
    expect(await t.incidents.open({ person: alice, cause: 'x' }, opening)).toMatchObject({ incident: 9 })
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

describe('in a recovery that a restore began', () => {
  beforeEach(() =>
    owner(`insert into recoveries (began_at, reason) values (now(), 'restored from the backup of yesterday')`),
  )

  it('adds what Slack shows that the backup had not', async () => {
    const old = new Date(Date.now() - 86_400_000)
    const guard = start({}, [{ seq: 3, recordedAt: old }])
    while (!(await standing())?.lost) expect(await guard.holds()).toBe(true)
    expect(await standing()).toMatchObject({
      id: 1,
      reason: 'restored from the backup of yesterday',
      lost: 'INC-1, entries 2 to 3',
    })
    expect(await general()).toEqual([['RECOVERY-1', { type: 'recovery.compared', lost: 'INC-1, entries 2 to 3' }]])
    expect(await guard.holds()).toBe(true)
  })

  it('says once that nothing is missing', async () => {
    for (let i = 0; i < 2; i++) {
      const guard = start()
      while ((await standing())?.lost !== '') await guard.holds()
      await sleep(30)
    }
    expect(await general()).toEqual([['RECOVERY-1', { type: 'recovery.compared', lost: '' }]])
  })
})

describe('a second loss, while a recovery stands that was compared', () => {
  const later = () => new Date(Date.now() + 60_000)

  it('begins it anew, with what is lost now, so that what came back by it is pending before it', async () => {
    const first = start({}, [{ seq: 5 }])
    expect(await settled(first)).toBe('recovery')
    await first.holds()
    const before = await standing()
    const unwithdrawn = await t.planned(5)
    await owner(
      `insert into slack_messages (subject, slot, channel, chain, state, ts, hash, posting_since, posted_at) values
        ('OP-1', 'card', 'C0INCIDENTS', 'INC-1', 'posted', '1.1', 'abc', null, now()),
        ('OP-2', 'card', 'C0INCIDENTS', 'INC-1', 'absent', null, 'abc', now(), null),
        ('OP-3', 'card', 'C0INCIDENTS', 'INC-1', 'posting', null, 'abc', now(), null),
        ('INC-1#4', 'reply', 'C0INCIDENTS', 'INC-1', 'absent', null, 'abc', now(), null),
        ('INC-1#5', 'reply', 'C0INCIDENTS', 'INC-1', 'posted', '1.2', 'abc', now(), now())`,
    )

    const guard = start({}, [{ seq: 5 }, { seq: 9, recordedAt: later() }])
    for (let i = 0; i < 500 && (await standing())?.lost === before?.lost; i++) {
      expect(await guard.holds()).toBe(true)
      await sleep(10)
    }
    const after = await standing()
    expect(after).toMatchObject({ id: before?.id, reason: before?.reason })
    expect(after?.lost).toBe(`${before?.lost}; INC-1, entries 4 to 9`)
    const pending = await pendingBefore(t.db, after?.began_at as Date)
    expect(pending).toEqual([{ id: unwithdrawn, state: 'planned' }])
    expect((await general()).at(-1)).toEqual(['RECOVERY-1', { type: 'recovery.compared', lost: after?.lost }])
    const messages = await t.db
      .selectFrom('slack_messages')
      .select(['subject', 'state', 'hash'])
      .orderBy('subject')
      .execute()
    expect(messages, 'Slack may show what is lost, and have what was never heard of').toEqual([
      { subject: 'INC-1#4', state: 'unknown', hash: 'abc' },
      { subject: 'INC-1#5', state: 'posted', hash: 'abc' },
      { subject: 'OP-1', state: 'posted', hash: '' },
      { subject: 'OP-2', state: 'unknown', hash: '' },
      { subject: 'OP-3', state: 'unknown', hash: '' },
    ])
    const told = changes
    await first.holds()
    expect(changes, 'every card is looked at anew').toBe(told + 1)
  })

  it('is none where nothing that was recorded since is missing', async () => {
    expect(await settled(start({}, [{ seq: 5 }]))).toBe('recovery')
    const before = await standing()
    const guard = start({}, [{ seq: 6, recordedAt: new Date(Date.now() - 1000) }])
    await guard.holds()
    await sleep(200)
    expect(await standing()).toEqual(before)
    expect(await general()).toHaveLength(1)
  })
})
