import { randomUUID } from 'node:crypto'
import { parseArgs } from 'node:util'
import { migrations } from '../../migrations/index.ts'
import { BackupError } from '../backup/error.ts'
import { checkBackup } from '../backup/restore/check.ts'
import { describeContents, describeRestored } from '../backup/restore/report.ts'
import { restore as restoreBackup } from '../backup/restore/restore.ts'
import { StorageError } from '../storage/error.ts'
import { save } from './download.ts'
import { CliError, EXIT, wrongUsage } from './error.ts'
import type { SubCommand } from './sub-command.ts'

const BACKUP = 'backup --out FILE'
const RESTORE = 'restore FILE | --verify FILE'

export const backup: SubCommand = {
  name: 'backup',
  usage: BACKUP,
  summary: 'save everything that the bot’s database holds, but for tokens, as one file',
  async run(args, terminal) {
    const { out } = parsed(args, { out: { type: 'string' } }, BACKUP).values
    if (typeof out !== 'string') throw wrongUsage(`--out is missing. Usage: firebreak ${BACKUP}`)
    const refused = await save(terminal.client(), '/api/backup', { key: randomUUID() }, out, terminal)
    if (refused) return EXIT.failed
    const contents = await checkBackup(out).catch(asFailure)
    terminal.out([`Saved to ${out}.`, ...describeContents(contents)].join('\n'))
    return EXIT.done
  },
}

/** Here, without the bot, which has to be stopped: into the empty database of DATABASE_URL, or the embedded one. */
export const restore: SubCommand = {
  name: 'restore',
  usage: RESTORE,
  summary: 'put a backup into an empty database, the bot being stopped; or only check it, without any database',
  async run(args, terminal) {
    const { values, positionals } = parsed(args, { verify: { type: 'boolean' } }, RESTORE)
    const [file, ...more] = positionals
    if (file === undefined || more.length > 0) throw wrongUsage(`Usage: firebreak ${RESTORE}`)
    if (values.verify) {
      terminal.out(describeContents(await checkBackup(file).catch(asFailure)).join('\n'))
      return EXIT.done
    }
    const { DATABASE_URL: url, DATABASE_MIGRATE_URL: migrateUrl, FIREBREAK_DATA_DIR: dataDir } = process.env
    const database = url ? { url, migrateUrl: migrateUrl || null } : null
    const say = (_: object, message: string) => terminal.err(message)
    const log = { debug: () => {}, info: () => {}, warn: say, error: say }
    const options = { file, database, dataDir: dataDir || '.firebreak', migrations, log }
    terminal.out(describeRestored(await restoreBackup(options).catch(asFailure)).join('\n'))
    return EXIT.done
  },
}

/** What is wrong with a file or a database is for people; anything else is a fault of ours. */
function asFailure(error: unknown): never {
  if (error instanceof BackupError || error instanceof StorageError) {
    throw new CliError(EXIT.failed, error.message, { cause: error })
  }
  throw error
}

function parsed(args: string[], options: Record<string, { type: 'string' | 'boolean' }>, usage: string) {
  try {
    return parseArgs({ args, options, allowPositionals: true })
  } catch (cause) {
    throw wrongUsage(`${(cause as Error).message}. Usage: firebreak ${usage}`, { cause })
  }
}
