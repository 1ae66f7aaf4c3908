import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../src/demo/port.ts'
import { postgresAccount } from '../../src/storage/embedded/account.ts'
import { openBinaries } from '../../src/storage/embedded/binaries.ts'

/** A Postgres as it comes: with its superuser, and nothing of ours. */
export interface BarePostgres {
  /** `127.0.0.1:PORT` */
  host: string
  /** Performs this file as the superuser. Throws what psql said when anything in it fails. */
  psql(file: string, env: Record<string, string>): void
  close(): Promise<void>
}

export const hasPsql = spawnSync('psql', ['--version']).error === undefined

export async function startBarePostgres(): Promise<BarePostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'firebreak-postgres-'))
  await chmod(folder, 0o755)
  const data = join(folder, 'data')
  const passwordFile = join(folder, 'password')
  const password = randomUUID()
  await writeFile(passwordFile, password)
  const account = await postgresAccount(data)
  if (account) for (const path of [folder, passwordFile]) await chown(path, account.uid, account.gid)
  const run = await openBinaries(folder, account)
  await run('initdb', ['-D', data, '--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'])
  const port = await freePort()
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off`
  await run('pg_ctl', ['start', '-w', '-D', data, '-l', join(folder, 'log'), '-o', options])

  return {
    host: `127.0.0.1:${port}`,
    psql(file, env) {
      const { PATH } = process.env
      const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`
      // As the image's entry point does it.
      const args = ['-v', 'ON_ERROR_STOP=1', '--no-psqlrc', '--file', file, url]
      const { status, stderr } = spawnSync('psql', args, { env: { PATH, ...env }, encoding: 'utf8' })
      if (status !== 0) throw new Error(stderr)
    },
    async close() {
      await run('pg_ctl', ['stop', '-w', '-m', 'immediate', '-D', data])
      await rm(folder, { recursive: true, force: true })
    },
  }
}
