import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Redis } from 'ioredis'
import { describe } from 'vitest'
import { freePort } from '../../src/demo/port.ts'

/** A real Redis on loopback, which remembers nothing over a restart. */
export interface TestRedis {
  url: string
  port: number
  /** Asks it something over a connection of its own: `ask('keys', '*')`. */
  ask(command: string, ...args: string[]): Promise<unknown>
  /** kill -9 */
  kill(): Promise<void>
  /** Anew, empty, on the same port. */
  start(): Promise<void>
  /** SIGSTOP: its connections stay, and nothing answers. */
  freeze(): void
  thaw(): void
  close(): Promise<void>
}

const NO_REDIS = "no redis-server: install Debian's package redis-server"

const hasRedis = spawnSync('redis-server', ['--version']).error === undefined

/** Tests that need a real Redis: skipped without one, which `CI=true` doesn't accept. */
export function describeWithRedis(name: string, tests: () => void): void {
  if (hasRedis) return void describe(name, { timeout: 60_000 }, tests)
  if (process.env.CI === 'true') throw new Error(NO_REDIS)
  describe.skip(`${name} (${NO_REDIS})`, tests)
}

/** `given` are more of redis-server's arguments: `--requirepass`, `secret`. */
export async function startRedis(...given: string[]): Promise<TestRedis> {
  const port = await freePort()
  const password = given[given.indexOf('--requirepass') + 1]
  const url = `redis://${given.includes('--requirepass') ? `:${encodeURIComponent(`${password}`)}@` : ''}127.0.0.1:${port}`
  const folder = await mkdtemp(join(tmpdir(), 'firebreak-redis-'))
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder, ...given]
  let server = await run(args)
  await answers(url)

  return {
    url,
    port,
    async ask(command, ...rest) {
      const redis = new Redis(url)
      try {
        return await redis.call(command, ...rest)
      } finally {
        redis.disconnect()
      }
    },
    kill: () => end(server.shell),
    async start() {
      server = await run(args)
      await answers(url)
    },
    freeze: () => process.kill(server.pid, 'SIGSTOP'),
    thaw: () => process.kill(server.pid, 'SIGCONT'),
    async close() {
      await end(server.shell)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Below a shell that kills it when our end of its standard input is gone: it can't outlive a test run that is killed. */
async function run(args: string[]): Promise<{ shell: ChildProcess; pid: number }> {
  const script = 'redis-server "$@" >/dev/null & echo $!; cat >/dev/null; kill -9 $!'
  const shell = spawn('sh', ['-c', script, 'sh', ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  for await (const line of createInterface({ input: shell.stdout })) return { shell, pid: Number(line) }
  throw new Error('redis-server was not started')
}

async function end(shell: ChildProcess): Promise<void> {
  if (shell.exitCode !== null) return
  const ended = new Promise((resolve) => shell.once('exit', resolve))
  shell.stdin?.end()
  await ended
}

async function answers(url: string): Promise<void> {
  const redis = new Redis(url, { retryStrategy: () => 10 })
  redis.on('error', () => {})
  await redis.ping()
  redis.disconnect()
}
