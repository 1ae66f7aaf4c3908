import { createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { freePort, listenNear } from '../../src/demo/port.ts'
import { describeWithRedis, startRedis, type TestRedis } from '../support/redis.ts'
import { cards, type Scene, setScene } from './scene.ts'

const PASSWORD = 'hunter2hunter2'

let scene: Scene
beforeEach(async () => {
  scene = await setScene('socket')
  scene.secrets.push(PASSWORD)
})
afterEach(() => scene.slack.assertClean())
afterEach(() => scene.close())

describe('a REDIS_URL where nothing answers', { timeout: 60_000 }, () => {
  it.each(['nobody listens', 'somebody listens and is silent'])('(%s) holds up neither start nor stop', async (who) => {
    const silent = createServer((socket) => socket.on('error', () => {}))
    const port = who === 'nobody listens' ? await freePort() : await listenNear(silent, 0)
    const bot = await scene.start({ REDIS_URL: `redis://:${PASSWORD}@127.0.0.1:${port}` })
    expect((await bot.said(/^Redis is away/)).redis).toBe(`127.0.0.1:${port}`)
    expect((await scene.open()).text).toContain('INC-1')
    expect(await bot.end('SIGTERM')).toMatchObject({ code: 0, ms: expect.toSatisfy((ms: number) => ms < 10_000) })
    silent.close()
  })
})

describeWithRedis('three replicas on one Redis', () => {
  let redis: TestRedis
  beforeEach(async () => {
    redis = await startRedis('--requirepass', PASSWORD)
  })
  afterEach(() => redis.close())

  it('lose nothing when it is killed and when it hangs, and share again when it is back', async () => {
    const env = { REDIS_URL: redis.url }
    const bots = [await scene.start(env), await scene.start(env), await scene.start(env)]
    for (const bot of bots) await bot.said(/^Redis is there$/)
    const root = await scene.open()
    const card = await scene.plan(root)
    // On a loaded machine one may be late for Redis.
    await vi.waitFor(async () => {
      await scene.ask('U0CAROL', '/incident', 'list')
      expect(await redis.ask('keys', '*')).toContain('firebreak:gestures:T0FAKE/U0BOT/T0FAKE/U0CAROL')
    }, 10_000)

    await redis.kill()
    await scene.approve(card)
    await scene.shows(card, /Succeeded.*5\/5 ready/)
    for (const bot of bots) await bot.said(/^Redis is away: each replica keeps to limits of its own$/)
    expect(cards(scene.thread(root))).toHaveLength(1)

    await redis.start()
    for (const bot of bots) await bot.said(/^Redis is back$/)
    redis.freeze()
    const done = scene.slack.message('C0INCIDENTS', card.ts) ?? card
    await scene.slack.click({ user: 'U0ALICE', message: done, actionId: 'change.undo' })
    await vi.waitFor(() => expect(scene.cluster.replicas()).toBe(3), 20_000)
    const ended = await Promise.all(bots.map((bot) => bot.end('SIGTERM')))
    for (const { code, ms } of ended) expect([code, ms < 10_000]).toEqual([0, true])
    const away = bots.map((bot) => bot.log().filter(({ msg }) => msg.startsWith('Redis is away')).length)
    expect(Math.max(...away), 'said when it goes, not with each request').toBeLessThanOrEqual(2)
  })
})
