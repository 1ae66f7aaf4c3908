import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { gunzipSync, gzipSync } from 'node:zlib'
import { migrations } from '../../migrations/index.ts'
import { sealOf } from '../../src/backup/seal.ts'
import { createBackups } from '../../src/backup/take/backups.ts'
import { withClient } from '../../src/storage/connection.ts'
import { FIREBREAK } from '../../src/timeline/entries.ts'
import { asked } from '../slack/projection-world.ts'
import type { TestDatabase } from '../support/database.ts'
import { alice, bob, type TestEngine, testEngine } from '../support/engine.ts'
import { quiet } from '../support/log.ts'

/** A ledger in which something of everything has happened. */
export async function busyLedger(): Promise<TestEngine> {
  const t = await testEngine()
  const { db, database } = t
  t.engine.worker.start()
  await t.until(await t.approved(5), 'succeeded')
  await t.vote(await t.planned(7), bob, 'reject')
  await t.planned(8)
  await t.incidents.open(asked(), { severity: 'P1', title: 'Zeilen\nüber “alles”\t\\N \\u0000', service: null })
  await t.engine.worker.stop()
  await t.ledger.transaction(null, async (tx) => {
    const chain = await tx.hold('INC-1')
    const entries = [1]
    const body = { type: 'timeline.erased', entries, reason: 'a password was in it', class: null } as const
    await chain.append({ subject: 'INC-1', actor: FIREBREAK, body })
  })
  await withClient(database.migrateUrl, async (owner) => {
    // What no test could bring about in the engine's own words, and all that is hard to write down.
    await owner.query(`update changes set args = '{ "value" :  8.0, "note": "a\\u0000b" }' where id = 3`)
    await owner.query(
      `insert into votes values (3, 1, 'T1/U0"\\', 'approve', '2026-11-21 10:00:00.007+00', e'tab\\tline\\n', null)`,
    )
    await owner.query(`insert into slack_messages values
      ('INC-1', 'card', 'INC-1', 'C1', null, '1763712000.000100', null, 'posted', 'abc', null, '2026-11-21 10:00:00.1+00')`)
    await owner.query(`insert into memberships values ('S1', '["U1",  "U2"]', now())`)
    await owner.query(`insert into sink_cursors values ('file', 'INC-1', 4)`)
    await owner.query(
      `insert into revocations (person, revoked_by, reason, revoked_at) values ('T1/U9', 'T1/U1', 'left', now())`,
    )
    await owner.query(`select erase_payload('INC-1', 1)`)
    for (const n of [1, 2, 3]) {
      await owner.query(`insert into tokens (person, hash, issued_by, issued_at, expires_at)
        values ('T1/U1', '\\x0${n}', 'T1/U1', now(), now() + interval '1 day')`)
    }
    // A number that was given and came to nothing.
    await owner.query(`select nextval('changes_id_seq')`)
  })
  await db.insertInto('freezes').values({ frozen_by: alice.id, reason: 'night', frozen_at: new Date() }).execute()
  return t
}

export const backupsOf = (t: TestEngine) =>
  createBackups({
    ...{ url: t.database.url, ledger: t.ledger, log: quiet },
    whyNotEntitled: t.engine.whyNotEntitled,
    migrations: Object.keys(migrations('')),
  })

/** The policy lets alice do these. */
export const allow = (t: TestEngine, ...acts: string[]) =>
  t.rules.policy.push({
    ...{
      effect: 'allow',
      roles: ['operator'],
      operations: acts,
      services: ['*'],
      environments: ['*'],
      severities: ['*'],
      tiers: ['*'],
    },
    ...{ line: 9, text: `allow operator ${acts}` },
  })

/** Takes a backup as alice, into a file. */
export async function backUp(t: TestEngine, path: string): Promise<string> {
  allow(t, 'backup')
  const taken = await backupsOf(t).take({ person: alice, cause: t.cause() })
  if (taken.kind !== 'backup') throw new Error(taken.reason)
  await writeFile(path, taken.content)
  return path
}

/** Every row of every table, as text; what a backup leaves out is left out. */
export async function everything({ migrateUrl }: TestDatabase): Promise<Record<string, string[]>> {
  return await withClient(migrateUrl, async (owner) => {
    await owner.query(`set timezone = 'UTC'`)
    const { rows: tables } = await owner.query(
      `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
       and relname not like 'kysely%' and relname <> 'tokens' order by 1`,
    )
    const all: Record<string, string[]> = {}
    for (const { name } of tables) {
      const { rows } = await owner.query(`select t::text as row from ${name} t order by 1`)
      all[name] = rows.map(({ row }) => row)
    }
    return all
  })
}

/** The lines of a backup, without its seal. */
export async function linesOf(path: string): Promise<unknown[]> {
  const text = gunzipSync(await readFile(path)).toString()
  return text
    .split('\n')
    .slice(0, -2)
    .map((line) => JSON.parse(line))
}

/** Packs lines as a backup is packed, sealed as if they had always been so. */
export async function pack(path: string, lines: unknown[]): Promise<string> {
  const packed = gzipSync(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  await writeFile(path, Buffer.concat([packed, sealOf(createHash('sha256').update(packed).digest())]))
  return path
}
