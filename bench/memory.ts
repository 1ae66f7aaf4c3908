import { setTimeout as sleep } from 'node:timers/promises'
import { startBot } from './bot.ts'
import { memoryOf, shown } from './open-loop.ts'

/**
 * The memory's figure of bench/RESULTS.md: what the bot's process takes (RSS; Postgres is another) once a thousand incidents
 * were opened and Slack shows them all. Slack takes as much here as it is sent: by its own rates that lasted half an hour.
 */
const INCIDENTS = Number(process.env.BENCH_INCIDENTS ?? 1_000)
const AT_ONCE = 4

const bot = await startBot()
const { slack } = bot
const before = memoryOf(bot.pid)
let most = before.rss
const watch = setInterval(() => {
  most = Math.max(most, memoryOf(bot.pid).rss)
}, 250)
let left = INCIDENTS
const typed = { user: 'U0ALICE', channel: 'C0INCIDENTS', command: '/incident' }
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    while (left > 0) {
      const { responses } = await slack.command({ ...typed, text: `open P1 "Checkout times out ${left--}"` })
      await slack.until(() => responses[0])
    }
  }),
)
await shown(bot.db)
await sleep(10_000)
clearInterval(watch)
const after = memoryOf(bot.pid)
const metrics = await (await fetch(`http://127.0.0.1:${bot.port}/metrics`)).text()
const heap = Number(/^nodejs_heap_size_used_bytes (\S+)/m.exec(metrics)?.[1]) / 1e6
const mb = (value: number) => `${value.toFixed(0)} MB`
console.log(
  `| the bot’s process (RSS) after ${INCIDENTS} incidents, all open | **${mb(after.rss)}**, of which ${mb(after.own)} are its own and the rest is Node’s program; at most ${mb(most)} meanwhile; ${mb(before.rss)} when it had started; ${mb(heap)} are in use in V8’s heap | ≤ 200 MB |`,
)
await bot.stop()
process.exit(0)
