import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Taken } from '../../src/limits/limits.ts'
import { connected, replicaLimits } from '../support/limits.ts'
import { describeWithRedis, startRedis, type TestRedis } from '../support/redis.ts'

const BUDGETS = { posts: { points: 5, seconds: 60 }, gestures: { points: 3, seconds: 60 } }
type Replica = ReturnType<typeof replicaLimits<keyof typeof BUDGETS>>

const closing: Replica[] = []
afterEach(() => {
  for (const limits of closing.splice(0)) limits.close()
})

function start(redisUrl: string | null, options: Parameters<typeof replicaLimits>[2] = {}): Replica {
  const limits = replicaLimits(redisUrl, BUDGETS, options)
  closing.push(limits)
  return limits
}

const taken = (answers: Taken[]) => answers.filter(({ ok }) => ok).length
const take = (limits: Replica, times: number, key = 'C0INCIDENTS') =>
  Promise.all(Array.from({ length: times }, () => limits.take('posts', key)))

describe('the limits without Redis', () => {
  it('are the replica’s own, as large, and say how long until there is more', async () => {
    const limits = start(null)
    const answers = await take(limits, 7)
    expect(taken(answers)).toBe(5)
    expect(answers.at(-1)).toEqual({ ok: false, retryInMs: expect.toSatisfy((ms) => ms > 50_000 && ms <= 60_000) })
    expect(await limits.state()).toEqual({ configured: false, connected: false, since: null, error: null })
    expect(limits.counted.filter((what) => what === 'none posts')).toHaveLength(2)
    expect(limits.counted.filter((what) => what === 'no_redis posts')).toHaveLength(7)
  })

  it('are kept by budget and key', async () => {
    const limits = start(null)
    await take(limits, 5)
    expect(await limits.take('posts', 'C0ALERTS')).toEqual({ ok: true })
    expect(await limits.take('gestures', 'C0INCIDENTS')).toEqual({ ok: true })
    expect(await limits.take('posts', 'C0INCIDENTS')).toMatchObject({ ok: false })
  })

  it('can be paused', async () => {
    const limits = start(null)
    await limits.pause('posts', 'C0INCIDENTS', 30_000)
    expect(await limits.take('posts', 'C0INCIDENTS')).toEqual({ ok: false, retryInMs: expect.closeTo(30_000, -3) })
  })
})

describeWithRedis('the limits of several replicas on one Redis', () => {
  let redis: TestRedis
  beforeEach(async () => {
    redis = await startRedis()
  })
  afterEach(() => redis.close())

  const replica = (options?: Parameters<typeof replicaLimits>[2]) => connected(start(redis.url, options))

  it('are one budget', async () => {
    const replicas = [await replica(), await replica(), await replica()]
    const answers = (await Promise.all(replicas.map((limits) => take(limits, 4)))).flat()
    expect(taken(answers)).toBe(5)
    expect(replicas.flatMap(({ counted }) => counted)).toEqual(Array(7).fill('none posts'))
  })

  it('pause together, whoever was told to', async () => {
    const [one, other] = [await replica(), await replica()]
    await one.pause('posts', 'C0INCIDENTS', 29_500)
    const retryInMs = expect.toSatisfy((ms) => ms > 25_000 && ms <= 30_000)
    expect(await other.take('posts', 'C0INCIDENTS')).toEqual({ ok: false, retryInMs })
    expect(await other.take('posts', 'C0ALERTS')).toEqual({ ok: true })
  })

  it('are each app’s own, in keys that name workspace, bot and channel, and that end', async () => {
    const [one, other] = [await replica(), await replica({ owner: 'T0ACME/U0OTHER' })]
    expect(taken([...(await take(one, 5)), ...(await take(other, 5))])).toBe(10)
    expect(((await redis.ask('keys', '*')) as string[]).sort()).toEqual([
      'firebreak:posts:T0ACME/U0BOT/C0INCIDENTS',
      'firebreak:posts:T0ACME/U0OTHER/C0INCIDENTS',
    ])
    expect(await redis.ask('ttl', 'firebreak:posts:T0ACME/U0BOT/C0INCIDENTS')).toBeGreaterThan(50)
  })

  it('begin anew when Redis has forgotten everything', async () => {
    const limits = await replica()
    await take(limits, 5)
    await redis.ask('flushall')
    await redis.ask('script', 'flush')
    expect(taken(await take(limits, 7))).toBe(5)
    expect(limits.counted).not.toContain('away posts')
  })

  it('go on by themselves when Redis is killed, and together when it is back, empty', async () => {
    const replicas = [await replica(), await replica()]
    await redis.kill()
    await vi.waitFor(async () => expect(await replicas[0]?.state()).toMatchObject({ connected: false }))
    const alone = await Promise.all(replicas.map((limits) => take(limits, 7)))
    expect(alone.map(taken)).toEqual([5, 5])
    for (const { counted, log, state } of replicas) {
      expect(counted.filter((what) => what === 'away posts')).toHaveLength(7)
      await vi.waitFor(() => expect(log.messages).toHaveLength(2))
      expect(await state()).toMatchObject({ configured: true, connected: false, error: /ECONNREFUSED/ })
    }

    await redis.start()
    await Promise.all(replicas.map(connected))
    expect(taken((await Promise.all(replicas.map((limits) => take(limits, 4)))).flat())).toBe(5)
    const away = 'Redis is away: each replica keeps to limits of its own'
    for (const { log } of replicas) expect(log.messages).toEqual(['Redis is there', away, 'Redis is back'])
  })

  it('keeps a pause that was Slack’s when Redis dies meanwhile', async () => {
    const limits = await replica()
    await limits.pause('posts', 'C0INCIDENTS', 30_000)
    await redis.kill()
    await vi.waitFor(async () => expect(await limits.state()).toMatchObject({ connected: false }))
    expect(await limits.take('posts', 'C0INCIDENTS')).toMatchObject({ ok: false })
  })

  it('waits for a Redis that hangs no longer than its time-out, soon not at all, and comes back by itself', async () => {
    const limits = await replica({ timeoutMs: 200 })
    redis.freeze()
    const answers = await Promise.all([limits.take('posts', 'C0INCIDENTS'), limits.pause('posts', 'C0ALERTS', 1_000)])
    expect(answers[0]).toEqual({ ok: true })
    const state = await limits.state()
    expect(state, 'nobody waited for the connection to be given up').toMatchObject({
      connected: true,
      error: /timed out/,
    })
    expect(limits.counted).toEqual(['away posts'])
    await vi.waitFor(() => expect(limits.log.messages).toContainEqual(expect.stringMatching(/^Redis is away/)), 10_000)
    const many = await take(limits, 500, 'C0OTHER')
    expect(taken(many)).toBe(5)

    redis.thaw()
    await connected(limits)
    limits.counted.length = 0
    await limits.take('posts', 'C0NEW')
    expect(limits.counted).toEqual([])
    expect(limits.log.messages.filter((line) => line.includes('away'))).toHaveLength(1)
  })

  it('leaves a primary that has become a replica, to find the new one', async () => {
    const limits = await replica()
    const connection = async () => /^id=(\d+) .* name=firebreak /m.exec(String(await redis.ask('client', 'list')))?.[1]
    const before = await connection()
    await redis.ask('replicaof', '127.0.0.1', '1')
    expect(await limits.take('posts', 'C0INCIDENTS')).toEqual({ ok: true })
    await vi.waitFor(async () => expect(await connection()).toSatisfy((now) => now && now !== before), 10_000)
    await redis.ask('replicaof', 'no', 'one')
    await connected(limits)
    limits.counted.length = 0
    expect(taken(await take(limits, 7))).toBe(5)
    expect(limits.counted).not.toContain('away posts')
    expect(limits.log.messages.join()).toMatch(/^Redis is there,Redis does not count for us: [^,]*$/)
  })

  it('says once why, when Redis is there and does not count', async () => {
    await redis.ask('acl', 'setuser', 'bot', 'on', '>pw', '~*', '+@connection', '+info', '+multi', '+exec')
    const limits = await connected(start(redis.url.replace('redis://', 'redis://bot:pw@')))
    expect(taken(await take(limits, 6))).toBe(5)
    expect(await limits.state()).toMatchObject({ connected: true, error: /^NOPERM/ })
    expect(limits.log.messages.filter((line) => line.startsWith('Redis does not count for us'))).toHaveLength(1)
    expect(limits.counted.filter((what) => what === 'away posts')).toHaveLength(6)

    await redis.ask('acl', 'setuser', 'bot', '+@all')
    expect(await limits.take('posts', 'C0ALERTS')).toEqual({ ok: true })
    expect(await limits.state()).toMatchObject({ connected: true, error: null })
  })
})

describeWithRedis('a Redis that nobody reaches', () => {
  it('holds nothing up, and is said once', async () => {
    const redis = await startRedis()
    await redis.kill()
    const limits = start(redis.url)
    expect(taken(await take(limits, 7))).toBe(5)
    await vi.waitFor(() => expect(limits.log.messages).toEqual([expect.stringMatching(/^Redis is away/)]))
    await redis.start()
    await connected(limits)
    expect(limits.log.messages).toEqual([expect.stringMatching(/^Redis is away/), 'Redis is back'])
    await redis.close()
  })
})
