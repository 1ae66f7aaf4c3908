import { createHash, generateKeyPairSync } from 'node:crypto'
import { createExports } from '../src/slack/exports.ts'
import { openDatabase } from '../src/storage/database.ts'
import { createSigner } from '../src/timeline/signing.ts'
import { entry, SEVERITIES } from '../test/support/examples.ts'
import { quiet } from '../test/support/log.ts'

/** Writes one export three times, and prints what each took: `bench/export.ts` starts it with a URL, md or json, and a number. */
const [url = '', format = 'md', through = '0'] = process.argv.slice(2)
const { db, close } = openDatabase(url, { log: quiet })
const identity = () => ({ team: 'T0ACME', user: 'U0BOT', name: 'firebreak', url: 'https://acme.slack.com/' })
const exportOf = createExports(db, {
  catalogue: { severities: SEVERITIES },
  workspace: { identity } as never,
  signer: createSigner(generateKeyPairSync('ed25519').privateKey),
})
const body = {
  type: 'incident.exported',
  format: format as 'md' | 'json',
  zone: 'Europe/Lisbon',
  through: Number(through),
} as const
const asked = entry(1, body, { chain: 'INC-1', recordedAt: new Date() })
await db.selectFrom('chains').select('seq').execute()
for (const state of ['in a process that has just begun', 'in one that has settled', 'again']) {
  console.log(`export of ${through} entries, ${format}, ${state}  ${await measure()}`)
}
await close()

/** How long it takes until the file is written, and how much more memory the process has at most, until it is read. */
async function measure(): Promise<string> {
  globalThis.gc?.()
  globalThis.gc?.()
  const before = process.memoryUsage.rss()
  const worked = process.cpuUsage()
  let most = before
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss())
  }, 20)
  const started = performance.now()
  const { seconds, cpu, length } = await exportOf(asked).lend(async ({ length, hash, read }) => {
    const { user, system } = process.cpuUsage(worked)
    const seconds = (performance.now() - started) / 1000
    const digest = createHash('sha256')
    for await (const bytes of read()) digest.update(bytes)
    if (digest.digest('hex') !== hash) throw new Error('the file says something else than was written')
    return { seconds, cpu: (user + system) / 1e6, length }
  })
  clearInterval(watch)
  const more = `${((most - before) / 1e6).toFixed(0)} MB more`
  return `${seconds.toFixed(2)} s (${cpu.toFixed(2)} s of it at work), ${more}, a file of ${(length / 1e6).toFixed(0)} MB`
}
