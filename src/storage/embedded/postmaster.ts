import { readFile, rm, stat } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { StorageError } from '../error.ts'
import type { Run } from './binaries.ts'
import type { Cluster } from './cluster.ts'
import { commandLine, isRunning } from './process.ts'

/**
 * The server that runs on these files, or null. Its port is null for the moment in which it has not written it yet.
 * postmaster.pid has the process id in its first line and the port in its fourth (postgres, src/include/utils/pidfile.h).
 */
export async function runningServer(cluster: Cluster): Promise<{ pid: number; port: number | null } | null> {
  const lines = (await readFile(pidFile(cluster), 'utf8').catch(() => '')).split('\n')
  const pid = Number(lines[0])
  if (!pid || !(await commandLine(pid)).includes('postgres')) return null
  return { pid, port: Number(lines[3]) || null }
}

/** Starts a server on this port of 127.0.0.1 (null: a free one) and waits until it takes connections. */
export async function startServer(cluster: Cluster, run: Run, port: number | null): Promise<void> {
  await removeForeignPidFile(cluster)
  const logged = (await stat(cluster.log).catch(() => null))?.size ?? 0
  try {
    await run('pg_ctl', [
      'start',
      '-w',
      '-D',
      cluster.data,
      '-l',
      cluster.log,
      '-o',
      `-p ${port ?? (await freePort())}`,
    ])
  } catch (cause) {
    const log = (await readFile(cluster.log).catch(() => Buffer.alloc(0))).subarray(logged).toString().trim()
    const reason = log || (cause as Error).message
    throw new StorageError('unusable', `the embedded Postgres did not start on ${cluster.data}:\n${reason}`, { cause })
  }
}

/** Whether a start failed for a reason that passes: someone was faster, or an old server is not quite gone. */
export function isPassing(error: unknown): boolean {
  return (
    error instanceof StorageError && /could not bind|lock file .* already exists|is still in use/.test(error.message)
  )
}

const STOP_WITHIN_MS = 60_000

/**
 * Ends every connection, writes everything down and waits until the server is gone. Not as `pg_ctl stop -w` waits: for
 * the file, which may by then be that of the next bot's server (postgres, src/bin/pg_ctl, wait_for_postmaster_stop).
 */
export async function stopServer(cluster: Cluster, run: Run): Promise<void> {
  const server = await runningServer(cluster)
  if (!server) return
  await run('pg_ctl', ['stop', '--no-wait', '-m', 'fast', '-D', cluster.data])
  for (const until = Date.now() + STOP_WITHIN_MS; (await runningServer(cluster))?.pid === server.pid; await delay(50)) {
    if (Date.now() > until) throw new StorageError('unusable', `the embedded Postgres on ${cluster.data} does not stop`)
  }
}

/**
 * A crash leaves the file behind. Postgres overcomes it when no process has that id, but takes any process that has it
 * for its postmaster; in containers, small ids are soon used again.
 */
async function removeForeignPidFile(cluster: Cluster): Promise<void> {
  const pid = Number((await readFile(pidFile(cluster), 'utf8').catch(() => '')).split('\n')[0])
  if (pid && isRunning(pid) && !(await runningServer(cluster))) await rm(pidFile(cluster), { force: true })
}

const pidFile = (cluster: Cluster) => join(cluster.data, 'postmaster.pid')

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
