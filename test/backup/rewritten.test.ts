import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { migrations } from '../../migrations/index.ts'
import { checkBackup } from '../../src/backup/restore/check.ts'
import { restore } from '../../src/backup/restore/restore.ts'
import { withClient } from '../../src/storage/connection.ts'
import { emptyDatabase, type TestDatabase } from '../support/database.ts'
import { quiet } from '../support/log.ts'
import { backUp, busyLedger, everything, linesOf, pack } from './support.ts'

let folder: string
let file: string
let database: TestDatabase
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-backup-'))
  const t = await busyLedger()
  file = await backUp(t, join(folder, 'backup.jsonl.gz'))
  await t.close()
})
afterAll(() => rm(folder, { recursive: true }))
beforeEach(async () => {
  database = await emptyDatabase()
})
afterEach(() => database.drop())

const into = (path: string) => restore({ file: path, database, dataDir: folder, migrations, log: quiet })

describe('a backup that somebody rewrote and sealed again', () => {
  /** Changes the first row of a table that the test picks. */
  const rewritten = async (
    table: string,
    change: (row: string[], columns: string[]) => unknown,
    pick = (_row: string[]) => true,
  ) => {
    const lines = (await linesOf(file)) as [{ tables: Record<string, string[]> }, ...string[][]]
    const [header, ...rows] = lines
    const at = rows.findIndex((row) => row[0] === table && pick(row))
    const changed = change(rows[at] as string[], ['', ...(header.tables[table] as string[])])
    const all: unknown[] = [header, ...rows]
    all.splice(at + 1, 1, ...(changed === null ? [] : [changed]))
    return await pack(join(folder, 'rewritten.gz'), all)
  }
  const set = (column: string, value: (old: string) => string | null) => (row: string[], columns: string[]) =>
    row.map((old, i) => (columns[i] === column ? value(old) : old))
  const isEntry = (seq: string) => (row: string[]) => row[1] === 'INC-1' && row[2] === seq

  it.each([
    [
      'an entry’s facts',
      () =>
        rewritten(
          'timeline',
          set('bytes', (hex) => hex.replace(/.$/, '0')),
          isEntry('3'),
        ),
      /INC-1: entry 3 was edited|INC-1, entry 3: a column/,
    ],
    [
      'an entry’s hash',
      () =>
        rewritten(
          'timeline',
          set('hash', (hex) => hex.replace(/..$/, '00')),
          isEntry('3'),
        ),
      /INC-1: entry 3 was edited: its facts/,
    ],
    [
      'a column that queries go by',
      () =>
        rewritten(
          'timeline',
          set('type', () => 'timeline.erased'),
          isEntry('3'),
        ),
      /INC-1, entry 3: type is not what its bytes say/,
    ],
    [
      'a time that queries go by',
      () =>
        rewritten(
          'timeline',
          set('recorded_at', () => '2020-01-01 00:00:00+00'),
          isEntry('3'),
        ),
      /INC-1, entry 3: recorded_at/,
    ],
    [
      'what an entry says',
      () =>
        rewritten(
          'payloads',
          set('body', (text) => text.replace('bob', 'eve').replace('Firebreak', 'Eve')),
          isEntry('3'),
        ),
      /INC-1: .*entry 3 .*edited|INC-1: what entry 3 said was edited|entry 3/,
    ],
    [
      'words of an entry that is not there',
      () =>
        rewritten(
          'payloads',
          set('seq', () => '999'),
          isEntry('3'),
        ),
      /INC-1: what entry 3 said is missing|words of an entry that is not there/,
    ],
    [
      'a chain’s head',
      () =>
        rewritten(
          'chains',
          set('head', () => `\\x${'00'.repeat(32)}`),
        ),
      /INC-1 is not the chain that its header says/,
    ],
    ['a row that is gone', () => rewritten('votes', () => null), /\d+ rows of votes were written, and \d+ are there/],
    ['an entry that is gone', () => rewritten('timeline', () => null, isEntry('3')), /INC-1: entry 3 was deleted/],
    [
      'a table that nobody knows',
      () => rewritten('votes', (row) => ['secrets', ...row.slice(1)]),
      /line \d+: it is no row of a table/,
    ],
    ['a line that is no row', () => rewritten('votes', () => ({ hello: 1 })), /line \d+: it is no row of a table/],
  ])('is refused for %s, and leaves nothing behind', async (_, path, message) => {
    const rewritten = await path()
    await expect(checkBackup(rewritten)).rejects.toMatchObject({
      code: 'damaged',
      message: expect.stringMatching(message),
    })
    await expect(into(rewritten)).rejects.toMatchObject({ code: 'damaged' })
    expect(await tables()).toEqual([])
  })

  it.each([
    [
      'a row that refers to none',
      () =>
        rewritten(
          'votes',
          set('change', () => '77'),
        ),
      /in votes: .*foreign key.*\(change, plan\)=\(77, 1\)/,
    ],
    [
      'a column that is not there',
      async () => {
        const [header, ...rows] = (await linesOf(file)) as [{ tables: Record<string, string[]> }, ...string[][]]
        const tables = {
          ...header.tables,
          votes: header.tables.votes?.map((name) => name.replace('comment', 'opinion')),
        }
        return await pack(join(folder, 'rewritten.gz'), [{ ...header, tables }, ...rows])
      },
      /votes has no column opinion/,
    ],
    [
      'a value that its column does not take',
      () =>
        rewritten(
          'incidents',
          set('declared_at', () => 'yesterday-ish'),
        ),
      /invalid input syntax.*yesterday-ish/,
    ],
  ])('is refused where it is loaded for %s, and leaves no row behind', async (_, path, message) => {
    const rewritten = await path()
    await expect(into(rewritten)).rejects.toMatchObject({
      code: 'damaged',
      message: expect.stringMatching(message),
    })
    expect(Object.values(await everything(database)).flat()).toEqual([])
  })
})

const tables = () =>
  withClient(
    database.migrateUrl,
    async (owner) => (await owner.query(`select 1 from pg_class where relnamespace = 'public'::regnamespace`)).rows,
  )
