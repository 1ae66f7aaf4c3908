import { spawn } from 'node:child_process'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { migrations } from '../migrations/index.ts'
import { openDatabase } from '../src/storage/database.ts'
import { startEmbedded } from '../src/storage/embedded.ts'
import { migrate } from '../src/storage/migrate.ts'
import { createLedger } from '../src/timeline/ledger.ts'
import { quiet } from '../test/support/log.ts'
import { FLAGS } from './bot.ts'
import { longIncident } from './long-incident.ts'

/**
 * The exports' figures of bench/RESULTS.md: how long and how much memory it takes to write one of 100,000 entries, from
 * the embedded Postgres with fsync on. Each in a process of its own, which writes it three times.
 */
const ENTRIES = Number(process.env.BENCH_ENTRIES ?? 100_000)

const folder = await mkdtemp(join(tmpdir(), 'firebreak-bench-'))
await chmod(folder, 0o755)
const embedded = await startEmbedded({ dataDir: join(folder, 'data'), log: quiet })
await migrate({ ...embedded, migrations, log: quiet })
const { db, close } = openDatabase(embedded.url, { log: quiet })
await longIncident(db, createLedger(db), ENTRIES)
await close()

for (const format of ['md', 'json']) {
  const args = [
    ...FLAGS,
    '--expose-gc',
    join(import.meta.dirname, 'export-process.ts'),
    embedded.url,
    format,
    String(ENTRIES),
  ]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  process.stdout.write(await text(child.stdout))
}

await embedded.stop()
await rm(folder, { recursive: true, force: true })
