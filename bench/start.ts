import { spawn } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../src/demo/port.ts'
import { startPlayground } from '../src/playground/playground.ts'
import { isRunning } from '../src/storage/embedded/process.ts'
import { FakeSlack } from '../test/slack/fake/fake-slack.ts'
import { median } from './load.ts'

/**
 * The start's figure of bench/RESULTS.md: from `npm start` until `/health/ready` says 200. Each time a process of its own
 * starts the embedded Postgres on files that are there already, and stops it again. What Node compiled is not kept.
 */
const STARTS = Number(process.env.BENCH_STARTS ?? 5)
const ROOT = join(import.meta.dirname, '..')

const folder = await mkdtemp(join(tmpdir(), 'firebreak-bench-'))
await chmod(folder, 0o755) // as root, the embedded Postgres runs as somebody else
const slack = await FakeSlack.start({ mode: 'socket' })
const playground = await startPlayground()
await playground.kubeconfig(join(folder, 'kubeconfig'))
await writeFile(
  join(folder, 'firebreak.yml'),
  `
slack: { incidents_channel: C0INCIDENTS, alerts_channel: C0ALERTS }
targets: { prod: { kind: kubernetes, environment: production, namespace: microservices, kubeconfig: "${folder}/kubeconfig" } }
services: { checkout: { target: prod } }
`,
)

await start() // makes the database
const times: number[] = []
for (let i = 0; i < STARTS; i++) times.push(await start())
await slack.stop()
await playground.close()
await rm(folder, { recursive: true, force: true })

const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`
console.log(`npm start → ready  median ${seconds(median(times))}  worst ${seconds(Math.max(...times))} (${STARTS})`)

/** Starts the bot, waits until it is ready, and stops it; resolves to the milliseconds that the first took. */
async function start(): Promise<number> {
  const port = await freePort()
  const { PATH, HOME } = process.env
  const env = {
    ...{ PATH, HOME, PORT: String(port), LOG_LEVEL: 'warn' },
    ...{ SLACK_BOT_TOKEN: slack.botToken, SLACK_APP_TOKEN: slack.appToken, SLACK_API_URL: slack.apiUrl },
    ...{ FIREBREAK_CONFIG: join(folder, 'firebreak.yml'), FIREBREAK_DATA_DIR: join(folder, 'data') },
  }
  const started = performance.now()
  // A process group of its own: npm ends before the bot does, which stops Postgres first.
  const npm = spawn('npm', ['start', '--silent'], { cwd: ROOT, env, detached: true, stdio: ['ignore', 'ignore', 2] })
  const group = -(npm.pid as number)
  try {
    while (!(await isReady(port))) {
      if (npm.exitCode !== null) throw new Error(`npm start ended with ${npm.exitCode} before it was ready`)
      await sleep(5)
    }
    return performance.now() - started
  } finally {
    if (isRunning(group)) process.kill(group, 'SIGTERM')
    while (isRunning(group)) await sleep(20)
  }
}

async function isReady(port: number): Promise<boolean> {
  return await fetch(`http://127.0.0.1:${port}/health/ready`).then(
    ({ ok }) => ok,
    () => false,
  )
}
