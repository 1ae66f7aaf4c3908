import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { withClient } from '../../src/storage/connection.ts'
import { type Account, closedFolder } from '../../src/storage/embedded/account.ts'

export interface Bot {
  url: string
  migrateUrl: string
  child: ChildProcess
  /** As its process manager would. */
  stop(): Promise<void>
  /** kill -9 */
  kill(): Promise<void>
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const nobody: Account = { uid: 65534, gid: 65534 }

/** Whom only root can be, and only in a checkout that others may enter. Null with a reason otherwise. */
export async function ordinaryUser(): Promise<{ account: Account | null; missing: string }> {
  if (process.getuid?.() !== 0) return { account: null, missing: '' } // the tests' own user is one
  const closed = await closedFolder(ROOT, nobody)
  return {
    account: closed ? null : nobody,
    missing: closed ? `checkout that others may enter (chmod o+x ${closed})` : '',
  }
}

/** Starts `bot.ts` in a process group of its own, as this account (null: as oneself). */
export async function startBot(dataDir: string, account: Account | null): Promise<Bot> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./bot.ts', import.meta.url)), dataDir], {
    ...account,
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const signal = async (name: NodeJS.Signals) => {
    child.kill(name)
    await exited
  }
  for await (const line of createInterface(child.stdout)) {
    const said = JSON.parse(line)
    if (said.code) throw Object.assign(new Error(said.message), { code: said.code })
    return { ...said, child, stop: () => signal('SIGTERM'), kill: () => signal('SIGKILL') }
  }
  throw new Error('the bot ended without a word')
}

/** A new folder of this account, in a place that everyone may enter. */
export async function dataFolder(account: Account | null) {
  const path = await mkdtemp(join(tmpdir(), 'firebreak-data-'))
  await chmod(path, 0o755)
  if (account) await chown(path, account.uid, account.gid)
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

export const query = async (url: string, sql: string) => (await withClient(url, (client) => client.query(sql))).rows
