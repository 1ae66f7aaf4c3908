import { migrations } from '../../migrations/index.ts'
import { describeRestored } from '../../src/backup/restore/report.ts'
import { restore } from '../../src/backup/restore/restore.ts'
import { quiet } from '../support/log.ts'

/** `firebreak restore FILE`, as a process that a test can kill. */
const [file = '', url, migrateUrl = null] = process.argv.slice(2)
const dataDir = process.env.FIREBREAK_DATA_DIR ?? '.'
try {
  const database = url ? { url, migrateUrl } : null
  console.log(describeRestored(await restore({ file, database, dataDir, migrations, log: quiet })).join('\n'))
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}
