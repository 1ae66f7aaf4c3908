import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import { migrations } from '../../migrations/index.ts'
import { restore } from '../../src/backup/restore/restore.ts'
import { createBackups } from '../../src/backup/take/backups.ts'
import type { Person } from '../../src/identity/person.ts'
import type { Schema } from '../../src/storage/schema.ts'
import { createLedger } from '../../src/timeline/ledger.ts'
import type { FakeSlack } from '../slack/fake/fake-slack.ts'
import { quiet } from '../support/log.ts'
import { ROOM } from './people.ts'
import { startPostgres } from './servers.ts'

/** Who takes backups; policy is not what is tried here. */
const CAROL: Person = {
  ...{ id: 'T0FAKE/U0CAROL', user: 'U0CAROL', name: 'carol', zone: 'UTC', standing: 'member' },
}

/** Everything that a database holds now, as a file in a folder. */
export async function backUp(db: Kysely<Schema>, url: string, folder: string): Promise<string> {
  const backups = createBackups({
    ...{ url, ledger: createLedger(db), log: quiet, whyNotEntitled: async () => null },
    migrations: Object.keys(migrations('')),
  })
  const file = join(folder, 'backup.jsonl.gz')
  // Postgres dies now and then: what breaks off in the middle is taken again, as a person would.
  for (let attempt = 1; ; attempt++) {
    try {
      const taken = await backups.take({ person: CAROL, cause: `cli:chaos:backup-${attempt}` })
      if (taken.kind !== 'backup') throw new Error(taken.reason)
      await pipeline(taken.content, createWriteStream(file))
      return file
    } catch (error) {
      if (attempt === 10) throw error
      await sleep(500)
    }
  }
}

/** The same, in another Postgres: the machine of the first one is gone. */
export async function restoreInto(file: string, folder: string) {
  const dataDir = join(folder, 'restored')
  const postgres = await startPostgres(dataDir)
  const { url, migrateUrl } = postgres
  await restore({ file, database: { url, migrateUrl }, dataDir, migrations, log: quiet })
  return postgres
}

/** Carol looks at it and lets changes run again. */
export async function endRecovery(slack: FakeSlack): Promise<void> {
  const answers: string[] = []
  for (const until = Date.now() + 60_000; Date.now() < until; await sleep(500)) {
    const { responses } = await slack.command({ user: 'U0CAROL', channel: ROOM, command: '/ops', text: 'recover' })
    await sleep(1_500)
    answers.push(...responses.map(({ text }) => String(text)))
    // An answer that Slack lost is told by the next one.
    if (answers.some((text) => /\* is over\.|no recovery stands/.test(text))) return
  }
  throw new Error(`the recovery was not ended within 60 s: ${answers.join('; ')}`)
}
