import { setTimeout as sleep } from 'node:timers/promises'
import { waitForDatabase } from '../../src/storage/database.ts'
import type { FakeSlack } from '../slack/fake/fake-slack.ts'
import { quiet } from '../support/log.ts'
import type { TestRedis } from '../support/redis.ts'
import type { Random } from './random.ts'
import type { Replicas } from './replicas.ts'
import type { startPostgres } from './servers.ts'

export interface World {
  slack: FakeSlack
  replicas: Replicas
  postgres: Awaited<ReturnType<typeof startPostgres>>
  redis: TestRedis
}

/** Everything that goes wrong, until it is stopped; then everything is whole again. */
export function startMonkeys(world: World, random: Random) {
  const { slack, replicas, redis } = world
  const done: Record<string, number> = {}
  let stopping = false
  /** The restore stops everything itself. */
  let paused = false
  let under: Promise<unknown> = Promise.resolve()

  const methods = ['chat.postMessage', 'chat.update', 'conversations.replies', 'views.open', '*'] as const
  const acts: [string, number, () => Promise<unknown>][] = [
    ['a replica killed', 4, () => replicas.kill(random.between(0, replicas.size - 1), random.between(200, 2_000))],
    // The world's: after the restore it is another one.
    ['Postgres killed', 1, () => world.postgres.kill()],
    [
      'Redis killed',
      1,
      async () => {
        await redis.kill()
        await sleep(random.between(100, 2_000))
        await redis.start()
      },
    ],
    ['Slack: 500', 2, async () => slack.fail(random.one(methods), { status: 500, times: random.between(1, 6) })],
    ['Slack: 429', 2, async () => slack.fail(random.one(methods), { retryAfter: 1, times: random.between(1, 3) })],
    ['Slack: nothing', 1, async () => slack.fail(random.one(methods), { hang: true, times: 1 })],
    [
      'Slack: done, and the answer lost',
      2,
      async () => slack.fail(random.one(methods), { dropResponse: true, times: 2 }),
    ],
    ['Slack: connections cut', 1, async () => slack.cut()],
  ]
  const weighted = acts.flatMap(([name, weight, act]) => Array.from({ length: weight }, () => [name, act] as const))

  async function run() {
    while (!stopping) {
      await sleep(random.between(500, 2_500))
      if (paused || stopping) continue
      const [name, act] = random.one(weighted)
      done[name] = (done[name] ?? 0) + 1
      under = act()
      await under
    }
  }

  /** A Postgres that was killed comes back in its own time. */
  async function whole() {
    slack.recover()
    await waitForDatabase(world.postgres.url, { log: quiet })
  }

  const running = run()
  return {
    done,
    /** Nothing goes wrong while `calm` runs, and everything is whole. */
    async pause(calm: () => Promise<void>) {
      paused = true
      await under
      await whole()
      await calm()
      paused = false
    },
    async stop() {
      stopping = true
      await running
      await whole()
    },
  }
}
