import { generateKeyPairSync } from 'node:crypto'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { migrations } from '../migrations/index.ts'
import { chainOn } from '../src/review/chain.ts'
import { writeExport } from '../src/review/export.ts'
import { withFile } from '../src/review/file.ts'
import { verifyFile } from '../src/review/verify-file.ts'
import { openDatabase } from '../src/storage/database.ts'
import { startEmbedded } from '../src/storage/embedded.ts'
import { migrate } from '../src/storage/migrate.ts'
import { type EntryBody, FIREBREAK } from '../src/timeline/entries.ts'
import { createLedger } from '../src/timeline/ledger.ts'
import { createSigner } from '../src/timeline/signing.ts'
import type { Verdict } from '../src/timeline/verdict.ts'
import { onSnapshot, verifyChain } from '../src/timeline/verify-chain.ts'
import { incident } from '../test/support/examples.ts'
import { quiet } from '../test/support/log.ts'

/**
 * The ledger's figures of bench/RESULTS.md, on the embedded Postgres with fsync on: how many entries a second one chain
 * takes, and how long and how much memory it takes to verify 100,000 of them, in the database and in a file.
 */
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5)
const ENTRIES = Number(process.env.BENCH_ENTRIES ?? 100_000)
const CHAIN = 'INC-7'

const folder = await mkdtemp(join(tmpdir(), 'firebreak-bench-'))
await chmod(folder, 0o755)
const embedded = await startEmbedded({ dataDir: join(folder, 'data'), log: quiet })
await migrate({ ...embedded, migrations, log: quiet })
const { db, close } = openDatabase(embedded.url, { log: quiet })
const signer = createSigner(generateKeyPairSync('ed25519').privateKey)
const ledger = createLedger(db, { signer })

const body: EntryBody = {
  ...{
    type: 'operation.read',
    line: 'logs checkout --tail 100',
    operation: 'logs',
    service: 'checkout',
    target: 'prod',
  },
  ...{ environment: 'production', alarming: true, finding: '42 of 100 lines: payment authorization failed' },
  detail: 'checkout-1 payment authorization failed\n'.repeat(10),
}
const append = (chain: string, count = 1) =>
  ledger.transaction(null, async (tx) => {
    const held = await tx.hold(chain)
    for (let i = 0; i < count; i++) await held.append({ subject: chain, actor: FIREBREAK, body })
  })

/** What this disk and these cores do at all: a transaction that writes one row. */
const bare = () =>
  db.transaction().execute((trx) =>
    sql`insert into accounts values ('bench', '{}', now())
        on conflict (account) do update set seen_at = excluded.seen_at`.execute(trx),
  )

await rate('for comparison, a bare transaction that writes a row, one after the other', () => bare().then(() => 1), 1)
await rate('one chain, an entry a transaction, one after the other', (chain) => append(chain).then(() => 1), 1)
await rate('one chain, an entry a transaction, 8 at once', (chain) => append(chain).then(() => 1), 8)
await rate('one chain, 5 entries a transaction, 8 at once', (chain) => append(chain, 5).then(() => 5), 8)

for (let left = ENTRIES - 1; left > 0; left -= 1_000) await append(CHAIN, Math.min(left, 1_000))
await ledger.transaction(null, async (tx) => (await tx.hold(CHAIN)).sign())
await verified(
  `timeline verify of ${ENTRIES} entries, in the database`,
  async () => (await verifyChain(db, CHAIN)) as Verdict,
)

const file = join(folder, 'INC-7.json')
await keepExport(file)
await verified('the same, of an export', async () => {
  const verdict = await verifyFile(file)
  if (verdict.kind === 'refused') throw new Error(verdict.reason)
  return verdict.verdicts[0] as Verdict
})

await close()
await embedded.stop()
await rm(folder, { recursive: true, force: true })

/** Entries a second for some seconds, after one that warms up, on a chain of its own. */
async function rate(name: string, work: (chain: string) => Promise<number>, atOnce: number) {
  const chain = `bench ${name}`
  let entries = 0
  let started = 0
  let over = false
  const loop = async () => {
    while (!over) {
      const done = await work(chain)
      entries += done
    }
  }
  const loops = Array.from({ length: atOnce }, loop)
  await sleep(1)
  entries = 0
  started = performance.now()
  await sleep(SECONDS)
  console.log(`${name}  ${((entries / (performance.now() - started)) * 1000).toFixed(0)} a second`)
  over = true
  await Promise.all(loops)
}

/** Time, and how much more memory the process had at most than before. */
async function verified(name: string, verify: () => Promise<Verdict>) {
  globalThis.gc?.()
  const before = process.memoryUsage.rss()
  let most = before
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss())
  }, 5)
  const started = performance.now()
  const { ok, entries } = await verify()
  const seconds = (performance.now() - started) / 1000
  clearInterval(watch)
  if (!ok || entries !== ENTRIES) throw new Error(`${entries} entries, ok: ${ok}`)
  console.log(`${name}  ${seconds.toFixed(2)} s, ${((most - before) / 1e6).toFixed(0)} MB more`)
}

async function keepExport(path: string) {
  await onSnapshot(db, async (snapshot) => {
    const chain = await chainOn(snapshot, { name: CHAIN, incident: 7, through: ENTRIES })
    const input = {
      ...{ incident: incident(), severities: [], chain, tasks: [], reviewItems: [], zone: 'UTC', signer },
      ...{ namesOf: async () => new Map(), linkOf: () => null, rootLink: null, generatedAt: new Date() },
    }
    await withFile(
      (file) => writeExport(input, 'json', file),
      ({ read }) => writeFile(path, read()),
    )
  })
}

function sleep(seconds: number) {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000))
}
