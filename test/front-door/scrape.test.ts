import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { withClient } from '../../src/storage/connection.ts'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'

let bot: Bot
let postgres: TcpProxy
beforeAll(async () => {
  bot = await startBot()
  const { hostname: host, port } = new URL(bot.database.url)
  postgres = await startTcpProxy({ host, port: Number(port) })
  const through = (url: string) => url.replace(`:${port}/`, `:${postgres.port}/`)
  await bot.restart(async () => ({ url: through(bot.database.url), migrateUrl: through(bot.database.migrateUrl) }))
})
afterEach(() => bot.slack.assertClean())
afterAll(async () => {
  await bot.stop()
  await postgres.off()
})

/** Each sample, by its name and labels as they are written. */
async function scrape(): Promise<Record<string, number>> {
  const response = await fetch(`${bot.url()}/metrics`)
  expect(response.status).toBe(200)
  const samples = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return Object.fromEntries(
    samples.map((line) => {
      const at = line.lastIndexOf(' ')
      return [line.slice(0, at), Number(line.slice(at + 1))]
    }),
  )
}
const ofDatabase = (samples: object) =>
  Object.keys(samples).filter((name) => /^firebreak_(changes|approvals|incidents)/.test(name))

describe('a scrape', () => {
  it('before anything happened has a zero where something may be counted, so that the first one shows as a step', async () => {
    const samples = await scrape()
    for (const end of ['succeeded', 'failed', 'overridden', 'inconclusive', 'unknown', 'stale'])
      expect(samples).toHaveProperty([`firebreak_runs_total{outcome="${end}"}`], 0)
    for (const state of ['planned', 'approved', 'claimed', 'intended', 'applied', 'unknown'])
      expect(samples).toHaveProperty([`firebreak_changes{state="${state}"}`], 0)
    expect(samples).toMatchObject({
      firebreak_approvals_waiting: 0,
      firebreak_approvals_waiting_oldest_seconds: 0,
      firebreak_slack_connected: 1,
      firebreak_database_answers: 1,
      'firebreak_slack_rate_limited_total{method="auth.test"}': 0,
    })
    expect(samples).toHaveProperty('nodejs_eventloop_lag_p99_seconds')
  })

  it('tells of the incident that is open, of the approval that waits, then of the run', async () => {
    const { root } = await bot.open()
    await bot.command('U0ALICE', 'scale checkout 5', '/ops')
    const card = await bot.inThread(root.ts, /change\.approve/)
    const waiting = await scrape()
    expect(waiting).toMatchObject({
      'firebreak_incidents_open{severity="P1",status="investigating"}': 1,
      'firebreak_changes{state="planned"}': 1,
      firebreak_approvals_waiting: 1,
    })
    expect(waiting.firebreak_approvals_waiting_oldest_seconds).toBeGreaterThan(0)

    await bot.slack.click({ user: 'U0BOB', message: card, actionId: 'change.approve' })
    await bot.slack.until(() => /5\/5 ready/.test(JSON.stringify(bot.slack.message(INCIDENTS, card.ts))))
    await bot.command('U0ALICE', 'resolve')
    await bot.slack.until(() => /resolved/i.test(bot.slack.message(INCIDENTS, root.ts)?.text ?? ''))
    const after = await scrape()
    expect(after).toMatchObject({
      'firebreak_runs_total{outcome="succeeded"}': 1,
      'firebreak_runs_total{outcome="stale"}': 0,
      'firebreak_changes{state="planned"}': 0,
      'firebreak_changes{state="applied"}': 0,
      firebreak_approvals_waiting: 0,
    })
    expect(Object.keys(after).filter((name) => name.startsWith('firebreak_incidents_open'))).toEqual([])
  })

  it('counts no plan that only waits for its requester, and no run of what was never taken up', async () => {
    await bot.open('open P1 "Once more" --service checkout')
    await bot.command('U0ALICE', 'undo OP-1', '/ops')
    await expect.poll(scrape).toMatchObject({ 'firebreak_changes{state="planned"}': 1, firebreak_approvals_waiting: 0 })
    await bot.command('U0ALICE', 'withdraw OP-2', '/ops')
    await expect.poll(scrape).toMatchObject({
      'firebreak_changes{state="planned"}': 0,
      'firebreak_runs_total{outcome="succeeded"}': 1,
      'firebreak_runs_total{outcome="failed"}': 0,
    })
  })

  it('tells of Slack’s 429s by method, and how far Slack is behind meanwhile', async () => {
    await expect.poll(scrape).toMatchObject({ firebreak_slack_projection_behind_seconds: 0 })
    bot.slack.fail('chat.postMessage', { retryAfter: 2, times: 1 })
    const opened = bot.open('open P2 "Late" --service payments')
    await expect.poll(async () => (await scrape()).firebreak_slack_projection_behind_seconds).toBeGreaterThan(0)
    await opened
    await expect.poll(scrape).toMatchObject({
      'firebreak_slack_rate_limited_total{method="chat.postMessage"}': 1,
      'firebreak_slack_rate_limited_total{method="chat.update"}': 0,
      firebreak_slack_projection_behind_seconds: 0,
    })
  })

  it('does not wait for a database that hangs, nor do the next ones ask it anew meanwhile', async () => {
    await withClient(bot.database.migrateUrl, async (client) => {
      await client.query('begin; lock table incidents in access exclusive mode')
      for (let n = 0; n < 3; n++) {
        const samples = await scrape()
        expect(samples).toMatchObject({ firebreak_database_answers: 0, firebreak_slack_connected: 1 })
        expect(ofDatabase(samples)).toEqual([])
      }
      const { rows } = await sql`select count(*)::int as waiting from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and query like '%by_severity%'`.execute(bot.db)
      expect(rows).toEqual([{ waiting: 1 }])
      await client.query('rollback')
    })
    await expect.poll(scrape).toMatchObject({ firebreak_database_answers: 1, firebreak_approvals_waiting: 0 })
  })

  it('comes while the database is away, without what only that knows', async () => {
    await postgres.off()
    const samples = await scrape()
    expect(samples).toMatchObject({
      firebreak_database_answers: 0,
      firebreak_slack_connected: 1,
      'firebreak_runs_total{outcome="succeeded"}': 1,
    })
    expect(ofDatabase(samples)).toEqual([])
    const ready = await fetch(`${bot.url()}/health/ready`)
    expect([ready.status, await ready.json()]).toMatchObject([
      503,
      { ready: false, database: false, listener: true, slack: { connected: true } },
    ])
    await postgres.on()
    await expect.poll(scrape).toMatchObject({ firebreak_database_answers: 1, 'firebreak_changes{state="planned"}': 0 })
  })
})
