import pino from 'pino'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Firebreak, startFirebreak } from '../../src/firebreak.ts'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'
import { describeWithRedis, startRedis, type TestRedis } from '../support/redis.ts'

const REFUSED = /^You sent 5 commands within a minute; try again in \d+ s\. Nothing was done\.$/

const health = async (bot: Bot) => {
  const response = await fetch(`${bot.url()}/health/ready`)
  return { status: response.status, text: await response.text() }
}
const redisOf = async (bot: Bot) => JSON.parse((await health(bot)).text).redis
/** The budgets that the replica counted for itself, for that reason. */
async function failedOpen(bot: Bot, why: 'no_redis' | 'away' = 'away'): Promise<string[]> {
  const metrics = await (await fetch(`${bot.url()}/metrics`)).text()
  const counted = metrics.matchAll(/^firebreak_limits_fail_open_total\{budget="(\w+)",reason="(\w+)"\} \d+$/gm)
  return [...counted].flatMap(([, budget, reason]) => (reason === why ? [`${budget}`] : []))
}

describeWithRedis('Firebreak with Redis', () => {
  let redis: TestRedis
  let bot: Bot
  let second: Firebreak | null = null
  beforeEach(async () => {
    redis = await startRedis('--requirepass', 'hunter2hunter2')
    bot = await startBot({ redisUrl: redis.url, gesturesPerMinute: 5 })
    await isShared()
  })
  afterEach(() => bot.slack.assertClean())
  afterEach(async () => {
    await second?.stop()
    second = null
    await bot.stop()
    await redis.close()
  })
  const isShared = () => vi.waitFor(async () => expect(await redisOf(bot)).toMatchObject({ connected: true }), 10_000)

  it('refuses a flood of commands, whichever replica they come to, and no decision of the same person', async () => {
    const { root } = await bot.open()
    await bot.command('U0ALICE', 'scale checkout 5', '/ops')
    const card = await bot.inThread(root.ts, /change\.approve/)

    const { environment, config, redact } = bot
    second = await startFirebreak({
      environment,
      config,
      log: pino({ level: 'silent' }),
      redact,
      strict: true,
      lookEveryMs: 50,
    })
    const ports = [new URL(bot.url()).port, second.port]
    const answers: string[] = []
    while (!REFUSED.test(answers.at(-1) ?? '')) {
      bot.slack.deliverTo(`http://127.0.0.1:${ports[answers.length % 2]}/slack/events`)
      answers.push(await bot.ask('U0BOB', 'list'))
    }
    // Five; a Redis that is late on a loaded machine lets one more pass. Each for itself would allow ten.
    expect(answers.length).toBeGreaterThan(5)
    expect(answers.length).toBeLessThan(9)

    await bot.slack.click({ user: 'U0BOB', message: card, actionId: 'change.approve' })
    await bot.slack.until(() => /5\/5 ready/.test(JSON.stringify(bot.slack.message(INCIDENTS, card.ts))))
    expect(await bot.ask('U0DAVE', 'list')).toContain('INC-1')
  })

  it('goes on without it when it is killed, shows that, and shares again when it is back', async () => {
    await redis.kill()
    const { root } = await bot.open()
    await bot.command('U0ALICE', 'scale checkout 5', '/ops')
    const card = await bot.inThread(root.ts, /change\.approve/)
    await bot.slack.click({ user: 'U0BOB', message: card, actionId: 'change.approve' })
    await bot.slack.until(() => /5\/5 ready/.test(JSON.stringify(bot.slack.message(INCIDENTS, card.ts))))

    const { status, text } = await health(bot)
    expect([status, JSON.parse(text)]).toMatchObject([
      200,
      { ready: true, redis: { configured: true, connected: false, since: expect.any(String), error: /ECONNREFUSED/ } },
    ])
    expect(text).not.toContain('hunter2')
    expect((await failedOpen(bot)).sort()).toEqual(['decisions', 'edits', 'gestures', 'posts'])

    await redis.start()
    await isShared()
    // On a loaded machine one may be late for Redis.
    await vi.waitFor(async () => {
      await bot.ask('U0CAROL', 'list')
      expect(await redis.ask('keys', '*')).toContain('firebreak:gestures:T0FAKE/U0BOT/T0FAKE/U0CAROL')
    }, 10_000)
  })

  it('goes on without it while it hangs', async () => {
    redis.freeze()
    await bot.open()
    expect(await bot.ask('U0ALICE', 'list')).toContain('INC-1')
    expect(await failedOpen(bot)).toEqual(expect.arrayContaining(['gestures', 'posts']))
    redis.thaw()
    await isShared()
  })
})

describe('Firebreak without Redis', () => {
  let bot: Bot
  afterAll(() => bot.stop())

  it('says so, and keeps its limits by itself', async () => {
    bot = await startBot({ gesturesPerMinute: 5 })
    expect(await redisOf(bot)).toEqual({ configured: false, connected: false, since: null, error: null })
    for (let n = 0; n < 5; n++) expect(await bot.ask('U0DAVE', 'list')).toMatch(/No incident is open/)
    expect(await bot.ask('U0DAVE', 'list')).toMatch(REFUSED)
    expect(await failedOpen(bot), 'nothing has failed').toEqual([])
    expect(await failedOpen(bot, 'no_redis')).toEqual(['gestures'])
    bot.slack.assertClean()
  })
})
