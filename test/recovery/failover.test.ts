import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { migrations } from '../../migrations/index.ts'
import { withClient } from '../../src/storage/connection.ts'
import { type Embedded, startEmbedded } from '../../src/storage/embedded.ts'
import { migrate } from '../../src/storage/migrate.ts'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'
import { quiet } from '../support/log.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'

let folder: string
let postgres: Embedded
let proxy: TcpProxy
let bot: Bot
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-failover-'))
  await chmod(folder, 0o755) // as root, the embedded Postgres runs as somebody else
  postgres = await startEmbedded({ dataDir: folder, log: quiet })
  await migrate({ ...postgres, migrations, log: quiet })
  proxy = await startTcpProxy({ host: '127.0.0.1', port: Number(new URL(postgres.url).port) })
  bot = await startBot()
  await bot.restart(async () => ({ url: through(postgres.url), migrateUrl: through(postgres.migrateUrl) }))
})
afterAll(async () => {
  await bot.stop()
  await proxy.off().catch(() => {})
  await postgres.stop()
  await rm(folder, { recursive: true })
})

function through(url: string): string {
  const address = new URL(url)
  address.port = String(proxy.port)
  return address.href
}

const owner = (query: string) => withClient(postgres.migrateUrl, async (client) => (await client.query(query)).rows)

/** The server dies; another one answers, that never got the newest rows. */
async function failOver(...lost: string[]) {
  const [before] = await owner('select pg_postmaster_start_time()::text as started')
  await proxy.off()
  for (const query of lost) await owner(query)
  const pid = (await readFile(join(folder, 'postgres/data/postmaster.pid'), 'utf8')).split('\n')[0]
  process.kill(Number(pid), 'SIGINT')
  await vi.waitFor(
    async () => {
      const [now] = await owner('select pg_postmaster_start_time()::text as started')
      expect(now.started).not.toBe(before.started)
    },
    { timeout: 30_000, interval: 50 },
  )
  await proxy.on()
}

/** OP-1 as it was when it had been approved and nobody had taken it up. */
const APPROVED = [
  'delete from payloads where seq > 4',
  'delete from timeline where seq > 4',
  `update chains set seq = 4, projected = 4, head = (select hash from timeline where seq = 4)`,
  'delete from run_steps',
  'delete from object_locks',
  `update changes set state = 'approved', epoch = 0, worker = null, lease_until = null, verify_until = null, finished_at = null, detail = null`,
]

const card = (name: string) =>
  bot.slack.until(() => bot.slack.workspace.messages.all.find(({ text }) => text.startsWith(`*${name}`)), 60_000)
async function scale(replicas: number, name: string) {
  await bot.ask('U0ALICE', `scale checkout ${replicas}`, '/ops')
  const op = await card(name)
  await bot.slack.click({ user: 'U0BOB', message: op, actionId: 'change.approve' })
  await bot.slack.until(() => /Succeeded/.test(bot.slack.message(INCIDENTS, op.ts)?.text ?? ''), 60_000)
}

describe('a failover under a running bot', { timeout: 120_000 }, () => {
  it('that lost nothing is only looked into', async () => {
    await bot.open()
    await failOver()
    await scale(5, 'OP-1')
    expect(await owner('select 1 from recoveries')).toEqual([])
  })

  it('that lost rows is found before anything runs again, though Slack is away: the process knows what it recorded', async () => {
    bot.slack.fail('*', { status: 503 })
    await failOver(...APPROVED)
    const standing = () => owner('select lost from recoveries where ended_at is null')
    await vi.waitFor(async () => expect(await standing()).toHaveLength(1), { timeout: 60_000, interval: 100 })
    expect(await standing()).toEqual([{ lost: expect.stringMatching(/^INC-1, entries 5 to \d+$/) }])
    bot.slack.recover()
    expect((await card('RECOVERY-1')).text).toMatch(/Does not run:\* OP-1 \(approved\)/)
    // It was not taken up again: nothing was recorded about it since.
    expect(await owner('select state, epoch from changes')).toEqual([{ state: 'approved', epoch: 0 }])
    expect(await owner(`select seq::int from chains where chain = 'INC-1'`)).toEqual([{ seq: 4 }])
  })
})
