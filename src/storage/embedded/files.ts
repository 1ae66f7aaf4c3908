import { mkdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { StorageError } from '../error.ts'
import { closedFolder, postgresAccount } from './account.ts'
import { openBinaries, type Run } from './binaries.ts'
import { type Cluster, openCluster } from './cluster.ts'

/** Postgres's files in the bot's data folder, and how to run its programs on them. Made where there are none. */
export async function openFiles(dataDir: string): Promise<{ cluster: Cluster; run: Run }> {
  try {
    await mkdir(dataDir, { recursive: true })
    const base = await realpath(dataDir)
    const folder = join(base, 'postgres')
    const account = await postgresAccount(folder)
    const closed = account && (await closedFolder(base, account))
    if (closed) {
      const reason = `Postgres does not run as root but as user ${account.uid}, who can not enter ${closed} (its files are in ${base})`
      const mend = `Set FIREBREAK_DATA_DIR to a folder that everyone may enter, like /var/lib/firebreak, or run chmod o+x ${closed}`
      throw new StorageError('unusable', `${reason}. ${mend}`)
    }
    const run = await openBinaries(base, account)
    return { cluster: await openCluster(folder, account, run), run }
  } catch (cause) {
    if (cause instanceof StorageError) throw cause
    const mend = 'Set FIREBREAK_DATA_DIR to a folder of your own, or DATABASE_URL to a Postgres of your own'
    throw new StorageError('unusable', `${(cause as Error).message}. ${mend}`, { cause })
  }
}
