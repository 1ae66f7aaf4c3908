import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrations } from '../../migrations/index.ts'
import { withClient } from '../../src/storage/connection.ts'
import { startEmbedded } from '../../src/storage/embedded.ts'
import { migrate } from '../../src/storage/migrate.ts'
import { bareEnv } from '../support/bare-env.ts'
import { emptyDatabase } from '../support/database.ts'
import { quiet } from '../support/log.ts'
import { backUp, busyLedger, everything } from './support.ts'

let folder: string
let file: string
const children: ChildProcess[] = []
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-restore-'))
  await chmod(folder, 0o755) // as root, the embedded Postgres runs as somebody else
  const t = await busyLedger()
  file = await backUp(t, join(folder, 'backup.jsonl.gz'))
  await t.close()
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await rm(folder, { recursive: true })
})

function start(args: string[], env: Record<string, string> = {}) {
  const path = join(import.meta.dirname, 'restore-process.ts')
  const child = spawn(process.execPath, [path, ...args], { env: { ...bareEnv(), ...env } })
  children.push(child)
  const exit = once(child, 'exit')
  const output = Promise.all([text(child.stdout), text(child.stderr)])
  return {
    kill: async () => {
      child.kill('SIGKILL')
      await exit
    },
    ended: async () => {
      const [stdout, stderr] = await output
      const [code] = await exit
      return { code, stdout, stderr }
    },
  }
}

describe('kill -9 in the middle of a restore', () => {
  it('leaves no row behind, and the next one has the place to itself', async () => {
    const database = await emptyDatabase()
    await migrate({ ...database, migrations, log: quiet })
    await withClient(database.migrateUrl, async (owner) => {
      const ask = async (query: string) => (await owner.query(query)).rows
      // The restore stops at the votes, when the entries are loaded already.
      await ask(`create function wait() returns trigger language plpgsql as
        $$ begin perform pg_advisory_xact_lock(7); return new; end $$`)
      await ask('create trigger wait before insert on votes for each row execute function wait()')
      await ask('select pg_advisory_lock(7)')
      const waiting = `select pid from pg_locks where locktype = 'advisory' and not granted
        and database = (select oid from pg_database where datname = current_database())`
      const restoring = start([file, database.url, database.migrateUrl])
      while ((await ask(waiting)).length === 0) await sleep(20)
      await restoring.kill()
      await ask('select pg_advisory_unlock(7)')
      while ((await ask(`select 1 from pg_locks where relation = 'votes'::regclass`)).length > 0) await sleep(20)
    })
    expect(Object.values(await everything(database)).flat()).toEqual([])

    const { code, stdout } = await start([file, database.url, database.migrateUrl]).ended()
    expect(stdout).toMatch(/is whole.*verified there.*RECOVERY-1/s)
    expect(code).toBe(0)
    expect((await everything(database)).recoveries).toHaveLength(1)
    await database.drop()
  })
})

describe('the embedded Postgres', () => {
  it('is made for a restore when there is none, and stopped after it; a second restore is told what to do', {
    timeout: 120_000,
  }, async () => {
    const dataDir = join(folder, 'data')
    const env = { FIREBREAK_DATA_DIR: dataDir }
    expect(await start([file], env).ended()).toMatchObject({ code: 0, stdout: expect.stringContaining('RECOVERY-1') })
    expect(await readdir(join(dataDir, 'postgres/data'))).not.toContain('postmaster.pid')

    const again = await start([file], env).ended()
    expect(again).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/has rows already.*move the folder postgres in .*data away/),
    })
    const embedded = await startEmbedded({ dataDir, log: quiet })
    const { recoveries, incidents } = await everything({ ...embedded, drop: async () => {} })
    expect([recoveries?.length, incidents?.length]).toEqual([1, 2])
    await embedded.stop()
  })
})
