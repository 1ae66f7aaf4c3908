import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { migrations } from '../../migrations/index.ts'
import { withClient } from '../../src/storage/connection.ts'
import { openFiles } from '../../src/storage/embedded/files.ts'
import { isRunning } from '../../src/storage/embedded/process.ts'
import { startEmbedded } from '../../src/storage/embedded.ts'
import { migrate } from '../../src/storage/migrate.ts'
import { quiet } from './log.ts'
import { at } from './url.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The database `migrated`, which every test database is a copy of. Copying it needs that nobody is connected. */
    migrated: { url: string; migrateUrl: string }
  }
}

/** One Postgres for the whole run, in a folder that is thrown away. */
export default async function setup(project: TestProject) {
  await removeOrphans()
  const dataDir = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`))
  await chmod(dataDir, 0o755) // as root, Postgres runs as somebody else
  const { cluster, run } = await openFiles(dataDir)
  // Before the server is there, as the superuser: nobody can log in as one.
  await run('postgres', ['--single', '-c', 'exit_on_error=on', '-D', cluster.data, 'postgres'], forTests)
  const embedded = await startEmbedded({ dataDir, log: quiet })
  await withClient(embedded.migrateUrl, (client) => client.query('create database migrated'))
  const migrated = { url: at(embedded.url, 'migrated'), migrateUrl: at(embedded.migrateUrl, 'migrated') }
  await migrate({ ...migrated, migrations, log: quiet })
  project.provide('migrated', migrated)

  return async () => {
    await embedded.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}

const PREFIX = 'firebreak-test-'

/** What runs that were killed have left: a server and its folder. */
async function removeOrphans() {
  for (const name of await readdir(tmpdir())) {
    const pid = name.startsWith(PREFIX) && Number(name.split('-')[2])
    if (!pid || isRunning(pid)) continue
    const dataDir = join(tmpdir(), name)
    await startEmbedded({ dataDir, log: quiet })
      .then((orphan) => orphan.stop())
      .catch(() => {})
    await rm(dataDir, { recursive: true, force: true }).catch(() => {})
  }
}

const forTests = `alter role firebreak_owner createdb
grant pg_signal_backend to firebreak_owner
alter system set max_connections = 300
alter system set fsync = off
`
