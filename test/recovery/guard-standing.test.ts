import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { pendingBefore } from '../../src/recovery/store.ts'
import { guardWorld } from './guard-world.ts'

const world = guardWorld()
const { start, settled, standing, general, owner } = world

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
    const unwithdrawn = await world.t.planned(5)
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
    const pending = await pendingBefore(world.t.db, after?.began_at as Date)
    expect(pending).toEqual([{ id: unwithdrawn, state: 'planned' }])
    expect((await general()).at(-1)).toEqual(['RECOVERY-1', { type: 'recovery.compared', lost: after?.lost }])
    const messages = await world.t.db
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
    const told = world.changes
    await first.holds()
    expect(world.changes, 'every card is looked at anew').toBe(told + 1)
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
