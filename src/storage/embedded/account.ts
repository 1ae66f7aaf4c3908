import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { StorageError } from '../error.ts'

const run = promisify(execFile)

/** Whom Postgres runs as. */
export interface Account {
  uid: number
  gid: number
}

/**
 * Postgres refuses to run as root, so root's bot lends it another account: the owner of the files if there are any,
 * else `nobody`. Everyone else runs it as themselves: null.
 */
export async function postgresAccount(folder: string): Promise<Account | null> {
  if (process.getuid?.() !== 0) return null
  const owner = await stat(folder).catch(() => null)
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid }
  const id = async (flag: string) => Number((await run('id', [flag, 'nobody'])).stdout)
  try {
    return { uid: await id('-u'), gid: await id('-g') }
  } catch (cause) {
    const reason =
      'Postgres does not run as root, and there is no account "nobody" to run it: start as an ordinary user'
    throw new StorageError('unusable', reason, { cause })
  }
}

/** The topmost folder on the way to `folder`, itself included, that this account can't enter. */
export async function closedFolder(folder: string, account: Account): Promise<string | null> {
  if (await canEnter(folder, account)) return null
  const above = folder === '/' ? null : await closedFolder(dirname(folder), account)
  return above ?? folder
}

/** Asked of the system itself: mode bits don't tell everything (access lists, mounts). */
async function canEnter(folder: string, { uid, gid }: Account): Promise<boolean> {
  try {
    await run('/bin/sh', ['-c', 'cd -- "$0"', folder], { uid, gid, cwd: '/' })
    return true
  } catch {
    return false
  }
}
