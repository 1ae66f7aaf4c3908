import { createHash, generateKeyPairSync } from 'node:crypto'
import { createExports } from '../src/slack/exports.ts'
import { openDatabase } from '../src/storage/database.ts'
import { createSigner } from '../src/timeline/signing.ts'
import { entry, SEVERITIES } from '../test/support/examples.ts'
import { quiet } from '../test/support/log.ts'

/**
 * Makes one export in a process of its own and prints what it took: `node --expose-gc bench/export-once.ts URL md 100000`.
 * The baseline is a process that has connected and collected its garbage.
 */
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
  format: format as 'md',
  zone: 'Europe/Lisbon',
  through: Number(through),
} as const
const asked = entry(1, body, { chain: 'INC-1', recordedAt: new Date() })
await db.selectFrom('chains').select('seq').execute()

globalThis.gc?.()
globalThis.gc?.()
const before = process.memoryUsage.rss()
let most = before
const watch = setInterval(() => {
  most = Math.max(most, process.memoryUsage.rss())
}, 10)
const cpu = process.cpuUsage()
const started = performance.now()
let made = 0
const { length, hash } = await exportOf(asked).lend(async ({ length, hash, read }) => {
  made = performance.now() - started
  const digest = createHash('sha256')
  for await (const bytes of read()) digest.update(bytes)
  if (digest.digest('hex') !== hash) throw new Error('the file is another one than was written')
  return { length, hash }
})
const spent = process.cpuUsage(cpu)
clearInterval(watch)
console.log(
  JSON.stringify({
    cpu: (spent.user + spent.system) / 1e6,
    seconds: made / 1000,
    megabytesMore: (most - before) / 1e6,
    length,
    hash,
  }),
)
await close()
