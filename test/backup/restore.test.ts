import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { migrations } from '../../migrations/index.ts'
import { checkBackup } from '../../src/backup/restore/check.ts'
import { describeContents, describeRestored } from '../../src/backup/restore/report.ts'
import { restore } from '../../src/backup/restore/restore.ts'
import { withClient } from '../../src/storage/connection.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { readEntries } from '../../src/timeline/store.ts'
import { verifyChain } from '../../src/timeline/verify-chain.ts'
import { emptyDatabase, type TestDatabase, testDatabase } from '../support/database.ts'
import type { TestEngine } from '../support/engine.ts'
import { quiet } from '../support/log.ts'
import { backUp, busyLedger, everything, linesOf, pack } from './support.ts'

let folder: string
let t: TestEngine
let file: string
let before: Record<string, string[]>
let database: TestDatabase
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-backup-'))
  t = await busyLedger()
  before = await everything(t.database)
  file = await backUp(t, join(folder, 'backup.jsonl.gz'))
})
afterAll(async () => {
  await t.close()
  await rm(folder, { recursive: true })
})
beforeEach(async () => {
  database = await emptyDatabase()
})
afterEach(() => database.drop())

const into = (database: TestDatabase, path = file) =>
  restore({ file: path, database, dataDir: folder, migrations, log: quiet })
const ask = (database: TestDatabase, query: string) =>
  withClient(database.migrateUrl, async (owner) => (await owner.query(query)).rows)

describe('a restore', () => {
  it('gives back every row as it was, and begins a recovery', async () => {
    const restored = await into(database)
    const after = await everything(database)

    const { recoveries, timeline, payloads, chains, slack_messages, ...rest } = after
    const {
      recoveries: _,
      timeline: entries,
      payloads: words,
      chains: heads,
      slack_messages: posted,
      ...others
    } = before
    expect(rest).toEqual(others)
    expect(Object.values(others).filter((rows) => rows.length > 0).length).toBeGreaterThan(8)
    // The entry that says so is the one more, and what Slack's cards show is not certain any more.
    expect(timeline?.filter((row) => !entries?.includes(row))).toEqual([
      expect.stringMatching(/^\(general,1,recovery.began,RECOVERY-1,firebreak/),
    ])
    expect(timeline).toHaveLength((entries as string[]).length + 1)
    expect(payloads?.filter((row) => !words?.includes(row))).toHaveLength(1)
    expect(chains?.filter((row) => !heads?.includes(row))).toEqual([expect.stringMatching(/^\(general,1,/)])
    expect(slack_messages).toEqual(posted?.map((row) => row.replace('abc', '""')))
    expect(recoveries).toEqual([expect.stringMatching(/^\(1,.*restored from the backup of .* UTC",,,\)$/)])
    expect(restored).toMatchObject({ recovery: 'RECOVERY-1', chains: 2, erased: 1 })
  })

  it('goes on well after every number that was given, also after one that came to nothing, and of the tokens that are left out', async () => {
    await into(database)
    const insert = `insert into tokens (person, hash, issued_by, issued_at, expires_at)
      values ('p', '\\x07', 'p', now(), now()) returning id`
    expect(await ask(database, insert)).toEqual([{ id: 1_004 }])
    expect(await ask(database, `select nextval('changes_id_seq')::int as n`)).toEqual([{ n: 1_005 }])
    expect(await ask(database, `select nextval('incidents_id_seq')::int as n`)).toEqual([{ n: 1_003 }])
    expect(await ask(database, `select nextval('review_items_id_seq')::int as n`)).toEqual([{ n: 1 }])
  })

  it('leaves a ledger that the bot can read, write and verify with its own rights', async () => {
    await into(database)
    const { db, close } = openDatabase(database.url, { log: quiet })
    for (const chain of ['INC-1', 'INC-2', 'general']) {
      expect(await verifyChain(db, chain)).toMatchObject({ ok: true })
    }
    expect((await readEntries(db, 'general')).at(-1)?.body).toMatchObject({ type: 'recovery.began' })
    await db.updateTable('chains').set({ projected: 1 }).execute()
    await expect(db.deleteFrom('timeline').execute()).rejects.toThrow(/permission denied/)
    await close()
  })

  it('says in a few lines what it found', async () => {
    const lines = describeRestored(await into(database))
    expect(lines[0]).toMatch(/^The backup of 20\d\d-\d\d-\d\d \d\d:\d\d UTC is whole/)
    expect(lines[1]).toMatch(/^2 chains with \d+ entries verified from their bytes; what 1 entry said was erased\.$/)
    expect(lines.join('\n')).toMatch(/timeline \d+.*RECOVERY-1.*\/ops recover.*issue new ones/s)
    expect(lines.join('\n')).not.toContain(new URL(database.migrateUrl).password)
  })

  it('of a backup that was taken in a recovery begins that one anew', async () => {
    await into(database)
    const { url } = database
    const { db, close } = openDatabase(url, { log: quiet })
    await db.updateTable('recoveries').set({ lost: 'INC-3, the whole of it' }).execute()
    const again = await emptyDatabase()
    const path = await backUp(Object.assign(Object.create(t), { database }), join(folder, 'in-recovery.gz'))
    await into(again, path)
    expect(await ask(again, 'select id, lost, ended_at, reason from recoveries')).toEqual([
      {
        id: 1,
        lost: null,
        ended_at: null,
        reason: expect.stringMatching(/^restored .*, taken in a recovery \(restored /),
      },
    ])
    await close()
    await again.drop()
  })
})

describe('a database that is no place for a restore', () => {
  const refuses = async (database: TestDatabase, message: RegExp, path = file) => {
    const rows = await everything(database)
    await expect(into(database, path)).rejects.toMatchObject({
      name: 'BackupError',
      message: expect.stringMatching(message),
    })
    expect(await everything(database)).toEqual(rows)
  }

  it('has rows: it is named with them, and left alone', async () => {
    await refuses(
      t.database,
      /has rows already \(chains, timeline, .*tokens.*\).*create a new database, and set DATABASE_URL/,
    )
  })

  it('has a later schema, though no rows', async () => {
    const newer = await testDatabase()
    await ask(newer, `insert into kysely_migration values ('0999-later', '2026-11-21')`)
    await refuses(newer, /has the schema of a later release than the backup \(0999-later\): create a new database/)
    await newer.drop()
  })

  it('is of an earlier release than the backup: nothing is touched', async () => {
    const [header, ...lines] = (await linesOf(file)) as [{ migrations: string[] }]
    const migrations = [...header.migrations, '0999-later']
    const later = await pack(join(folder, 'later.gz'), [{ ...header, migrations }, ...lines])
    await refuses(
      database,
      /was taken of a newer schema than this release’s \(0999-later\): restore it with the release/,
      later,
    )
    expect(await ask(database, `select 1 from pg_class where relnamespace = 'public'::regnamespace`)).toEqual([])
  })

  it('lets the owner in under a wrong password only', async () => {
    const wrong = new URL(database.migrateUrl)
    wrong.password = 'no'
    const asked = into({ ...database, migrateUrl: wrong.href })
    await expect(asked).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringMatching(/^DATABASE_MIGRATE_URL .*Check the password/),
    })
  })
})

describe('checking a backup without a database', () => {
  it('tells what is in it', async () => {
    const contents = await checkBackup(file)
    expect(contents.rows).toMatchObject({ chains: 2, incidents: 2, changes: 3, memberships: 1, slack_messages: 1 })
    expect(describeContents(contents)[2]).toMatch(/^Rows: chains 2, timeline \d+, payloads \d+, incidents 2/)
  })
})
