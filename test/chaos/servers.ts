import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startEmbedded } from '../../src/storage/embedded.ts'
import { quiet } from '../support/log.ts'

/** A Postgres of the campaign's own. Killed, it comes back on the same port by itself. */
export async function startPostgres(dataDir: string) {
  const { url, migrateUrl, stop } = await startEmbedded({ dataDir, log: quiet })
  return {
    ...{ url, migrateUrl, stop },
    /** As a machine does that loses its power. Nothing, while it is still coming back from the time before. */
    async kill() {
      try {
        const pidFile = await readFile(join(dataDir, 'postgres', 'data', 'postmaster.pid'), 'utf8')
        process.kill(Number(pidFile.split('\n')[0]), 'SIGQUIT')
      } catch (error) {
        if (!['ENOENT', 'ESRCH'].includes(String((error as NodeJS.ErrnoException).code))) throw error
      }
    },
  }
}
