import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Taken } from '../../src/limits/limits.ts'
import { budgetOf, createPace } from '../../src/slack/projection/pace.ts'
import { connected } from '../support/limits.ts'
import { describeWithRedis, startRedis, type TestRedis } from '../support/redis.ts'
import { open, paceOf, projectionWorld, ROOM, read, type World } from './projection-world.ts'

const { signal } = new AbortController()
const TEN = { perSecond: 10, burst: 2 }
const FREE = { perSecond: 1000, burst: 1000 }

describe('the pace of a replica', () => {
  it('lets a burst through, then makes everyone wait; the urgent go first; other channels do not wait', async () => {
    const pace = paceOf({ posts: TEN, edits: TEN })
    const order: string[] = []
    const turn = (name: string, urgency: number, channel = 'C1') =>
      pace.turn('posts', channel, urgency, signal).then(() => order.push(name))
    await Promise.all([turn('first', 0), turn('second', 0)])
    const from = performance.now()
    const waiting = [turn('reply', 0), turn('approval', 2)]
    await turn('elsewhere', 0, 'C2')
    await Promise.all(waiting)
    expect(order).toEqual(['first', 'second', 'elsewhere', 'approval', 'reply'])
    expect(performance.now() - from).toBeGreaterThanOrEqual(150)
  })

  it('stands still after a 429, and who waits can be called away', async () => {
    const pace = paceOf({ posts: TEN, edits: TEN })
    await pace.pause('posts', 'C1', 60_000)
    const leaving = new AbortController()
    const waiting = pace.turn('posts', 'C1', 0, leaving.signal)
    leaving.abort()
    await expect(waiting).rejects.toThrow()
    await pace.turn('posts', 'C2', 0, signal)
    await pace.turn('edits', 'C1', 0, signal)
  })
})

describe('a turn that the shared budget does not allow yet', () => {
  /** A budget that answers this, then lets everyone go. */
  function budgetThat(...answers: Taken[]) {
    const asked: string[] = []
    const take = async (_: string, key: string) => {
      asked.push(key)
      return answers.shift() ?? { ok: true as const }
    }
    return { asked, pace: createPace({ posts: FREE, edits: FREE }, { take, pause: async () => {} }) }
  }

  it('is overtaken by what is more urgent, and waits without asking again and again', async () => {
    const { asked, pace } = budgetThat({ ok: false, retryInMs: 100 }, { ok: false, retryInMs: 100 })
    const order: string[] = []
    const turn = (name: string, urgency: number) =>
      pace.turn('posts', 'C1', urgency, signal).then(() => order.push(name))
    const all = [turn('reply', 0), turn('another reply', 0)]
    await sleep(20)
    all.push(turn('root', 3), turn('approval', 2))
    await Promise.all(all)
    expect(order).toEqual(['root', 'approval', 'reply', 'another reply'])
    expect(asked).toHaveLength(4 + 2)
  })

  it('does not hold those back who come after somebody was called away', async () => {
    const { pace } = budgetThat({ ok: false, retryInMs: 20 })
    const leaving = new AbortController()
    const first = pace.turn('posts', 'C1', 0, leaving.signal)
    await sleep(5)
    leaving.abort()
    await expect(first).rejects.toThrow()
    await pace.turn('posts', 'C1', 0, signal)
    await pace.turn('posts', 'C1', 0, signal)
  })

  it('is asked for by channel when it posts, by workspace when it edits', async () => {
    const { asked, pace } = budgetThat()
    for (const channel of ['C1', 'C2']) {
      await pace.turn('posts', channel, 0, signal)
      await pace.turn('edits', channel, 0, signal)
    }
    expect(asked).toEqual(['C1', 'workspace', 'C2', 'workspace'])
  })
})

describe('a rate as a budget of whole seconds', () => {
  it.each([
    [
      { perSecond: 1, burst: 5 },
      { points: 5, seconds: 5 },
    ],
    [
      { perSecond: 50 / 60, burst: 50 },
      { points: 50, seconds: 60 },
    ],
    [
      { perSecond: 100, burst: 100 },
      { points: 100, seconds: 1 },
    ],
    [
      { perSecond: 100, burst: 1 },
      { points: 100, seconds: 1 },
    ],
    [
      { perSecond: 3, burst: 5 },
      { points: 6, seconds: 2 },
    ],
    [
      { perSecond: 0.3, burst: 1 },
      { points: 1, seconds: 4 },
    ],
    [
      { perSecond: 0.001, burst: 1 },
      { points: 1, seconds: 1000 },
    ],
  ])('%o is %o: never more than the rate', (rate, budget) => {
    expect(budgetOf(rate)).toEqual(budget)
    expect(budget.points / budget.seconds).toBeLessThanOrEqual(rate.perSecond + 1e-6)
  })
})

describeWithRedis('two replicas on one Redis', () => {
  let redis: TestRedis
  /** With a database each, so that it is known who posts what. */
  let worlds: [World, World]
  const closing: { close(): void }[] = []
  const pace = async () => {
    const made = await connected(paceOf({ posts: { perSecond: 5, burst: 5 }, edits: FREE }, redis.url))
    closing.push(made)
    return made
  }
  beforeEach(async () => {
    redis = await startRedis()
    const first = await projectionWorld({ pace: await pace() })
    worlds = [first, await projectionWorld({ pace: await pace() }, first.slack)]
  })
  afterEach(async () => {
    const [first, second] = worlds
    await second.close()
    await first.close()
    for (const one of closing.splice(0)) one.close()
    await redis.close()
  })
  const posts = () => worlds[0].slack.calls.filter(({ method }) => method === 'chat.postMessage')

  it('post no faster together than one may', async () => {
    await Promise.all(
      worlds.map(async ({ bot }) => {
        const incident = await open(bot)
        for (let n = 1; n <= 8; n++) await read(bot, incident, `reading ${n}`)
        await bot.projector.idle()
      }),
    )
    // A card, its first reply and the readings: ten from each. Together they need four windows of 1 s; each for itself, two.
    const times = posts().map(({ at }) => at)
    expect(times).toHaveLength(20)
    expect((times.at(-1) as number) - (times[0] as number)).toBeGreaterThan(2_000)
  })

  it('both stand still when Slack tells one of them to', async () => {
    const [{ bot, slack }, other] = worlds
    slack.fail('chat.postMessage', { retryAfter: 2, times: 1 })
    await open(bot)
    const key = `firebreak:posts:T0ACME/U0BOT/${ROOM}`
    await vi.waitFor(async () => expect(await redis.ask('pttl', key), 'longer than a window').toBeGreaterThan(1_000))
    await open(other.bot)
    await other.bot.projector.idle()
    const [told, next] = posts()
    expect(told?.status).toBe(429)
    expect((next?.at as number) - (told?.at as number)).toBeGreaterThan(1_900)
  })
})
