import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { withClient } from '../../src/storage/connection.ts'
import { readEntries } from '../../src/timeline/store.ts'
import { alice, carol, person, type TestEngine, testEngine } from '../support/engine.ts'
import { allow, backupsOf } from './support.ts'

let t: TestEngine
beforeEach(async () => {
  t = await testEngine()
})
afterEach(() => t.close())

const asked = (by = alice) => ({ person: by, cause: t.cause() })
const general = async () => (await readEntries(t.db, 'general')).map(({ actor, body }) => [actor.id, body])
/** Some megabytes that don't pack well. */
const fill = () =>
  withClient(t.database.migrateUrl, (owner) =>
    owner.query(`insert into accounts select n::text, (select string_agg(md5(random()::text), '') from generate_series(1, 300) where n > 0), now()
      from generate_series(1, 1500) as n`),
  )

describe('taking a backup', () => {
  it('is for whom policy names for it, and for nobody else; who was refused is on record', async () => {
    for (const by of [alice, carol])
      expect(await backupsOf(t).take(asked(by))).toMatchObject({ kind: 'refused', code: 'denied' })
    allow(t, 'backup')
    const taken = await backupsOf(t).take(asked())
    expect(taken).toMatchObject({ kind: 'backup', name: expect.stringMatching(/^firebreak-\d{8}T\d{6}Z\.jsonl\.gz$/) })
    if (taken.kind === 'backup') await buffer(taken.content)
    expect(await backupsOf(t).take(asked(person('U0GUEST', 'guest')))).toMatchObject({ code: 'denied' })
    expect(await general()).toEqual([
      [alice.id, expect.objectContaining({ type: 'operation.refused', line: 'backup' })],
      [carol.id, expect.objectContaining({ type: 'operation.refused', line: 'backup' })],
      [alice.id, { type: 'backup.taken', chains: 2, entries: 3 }],
      ['T1/U0GUEST', expect.objectContaining({ type: 'operation.refused', line: 'backup' })],
    ])
  })

  it('is on record before a byte leaves; the same gesture twice takes none', async () => {
    allow(t, 'backup')
    const twice = asked()
    const backups = backupsOf(t)
    const taken = await backups.take(twice)
    expect(await general()).toHaveLength(1)
    if (taken.kind !== 'backup') throw new Error(taken.reason)
    await buffer(taken.content)
    await expect(backups.take(twice)).rejects.toMatchObject({ code: 'duplicate_cause' })
    expect(await backups.take(asked())).toMatchObject({ kind: 'backup' })
  })

  it('shows one moment: what is written while it is read is not in it', async () => {
    allow(t, 'backup')
    await fill()
    const taken = await backupsOf(t).take(asked())
    if (taken.kind !== 'backup') throw new Error(taken.reason)
    const before = await t.entries()
    await t.planned(5)
    const [header, ...rows] = gunzipSync(await buffer(taken.content))
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(header.chains).toEqual([{ chain: 'INC-1', seq: before.length, head: before.at(-1)?.hash }])
    expect(rows.filter((row) => row[0] === 'timeline')).toHaveLength(before.length)
    expect(rows.filter((row) => row[0] === 'changes')).toEqual([])
  })

  it('is one at a time, and reads no faster than it is read', async () => {
    allow(t, 'backup')
    await fill()
    const backups = backupsOf(t)
    const taken = await backups.take(asked())
    if (taken.kind !== 'backup') throw new Error(taken.reason)
    expect(await backups.take(asked())).toMatchObject({ code: 'busy' })
    await sleep(300)
    expect(taken.content.readableLength).toBeLessThan(200_000)
    taken.content.destroy()
    await once(taken.content, 'close')
    const next = await backups.take(asked())
    expect(next).toMatchObject({ kind: 'backup' })
    if (next.kind === 'backup') expect((await buffer(next.content)).length).toBeGreaterThan(5_000_000)
  })

  it('ends with an error when the database goes away, so that nobody takes it for whole', async () => {
    allow(t, 'backup')
    await fill()
    const backups = backupsOf(t)
    const taken = await backups.take(asked())
    if (taken.kind !== 'backup') throw new Error(taken.reason)
    await withClient(t.database.migrateUrl, (owner) =>
      owner.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'firebreak backup' and datname = current_database()`,
      ),
    )
    await expect(buffer(taken.content)).rejects.toThrow(/terminat|lost|aborted|connection error/)
    expect(await backups.take(asked())).toMatchObject({ kind: 'backup' })
  })

  it('is left to the newer release when the database is ahead', async () => {
    allow(t, 'backup')
    await withClient(t.database.migrateUrl, (owner) =>
      owner.query(`insert into kysely_migration values ('0999-later', '2026-11-21')`),
    )
    expect(await backupsOf(t).take(asked())).toMatchObject({
      code: 'newer',
      reason: expect.stringContaining('0999-later'),
    })
  })
})
