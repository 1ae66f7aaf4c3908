import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import manifest from '../package.json' with { type: 'json' }
import { type Playground, startPlayground } from '../src/playground/playground.ts'
import { openDatabase } from '../src/storage/database.ts'
import { startEmbedded } from '../src/storage/embedded.ts'
import { FakeSlack } from '../test/slack/fake/fake-slack.ts'
import { quiet } from '../test/support/log.ts'
import { SECRET } from './load.ts'

const ROOT = join(import.meta.dirname, '..')

/** As `npm start` starts it. */
export const FLAGS = manifest.scripts.start.split(' ').filter((word) => word.startsWith('--'))
const UNLIMITED =
  ', pacing: { posts_per_second: 100, burst: 100, edits_per_minute: 6000 }, limits: { gestures_per_minute: 1000000 }'

/** Starts a script of ours in a process of its own; resolves to the port that it prints in a line of JSON. */
export async function startProcess(
  script: string,
  args: string[],
  env: Record<string, string> = {},
  flags: string[] = [],
) {
  const child = spawn(process.execPath, [...flags, join(ROOT, script), ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const port = await portOf(child.stdout)
  if (port === null) throw new Error(`${script} ended before it was ready`)
  // It writes on: a pipe that nobody reads would stop it.
  child.stdout.resume()
  return { child, port }
}

async function portOf(output: Readable): Promise<number | null> {
  for await (const line of createInterface({ input: output })) {
    const said = line.startsWith('{') ? JSON.parse(line) : {}
    if (said.port && (said.msg === undefined || said.msg === 'Firebreak is running')) return Number(said.port)
  }
  return null
}

export async function stopProcess(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await ended
}

/** The real process (or several on one database) with its embedded Postgres, against the strict fake Slack and the simulated production. */
export async function startBot({
  production,
  services = ['checkout'],
  kubeconfig: writeKubeconfig,
  replicas = 1,
  people,
}: {
  production?: Playground
  services?: string[]
  /** Writes the file that leads to production; straight there by default. */
  kubeconfig?: (path: string) => Promise<unknown>
  replicas?: number
  /**
   * Who there is, and everything keeps to the rates of a real workspace: Slack takes a post a second in a channel, and the
   * bot keeps to its defaults. Otherwise neither counts.
   */
  people?: string[]
} = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'firebreak-bench-'))
  await chmod(folder, 0o755)
  const slack = await FakeSlack.start({
    mode: 'http',
    signingSecret: SECRET,
    ...(people
      ? { users: people.map((id) => ({ id })), postRate: { perSecond: 1, burst: 6 } }
      : { postRate: { perSecond: 1_000, burst: 1_000 } }),
  })
  const playground = production ?? (await startPlayground({ podReadyMs: 1 }))
  const kubeconfig = join(folder, 'kubeconfig')
  await (writeKubeconfig ?? playground.kubeconfig)(kubeconfig)
  await writeFile(
    join(folder, 'firebreak.yml'),
    `
slack: { incidents_channel: C0INCIDENTS, alerts_channel: C0ALERTS${people ? '' : UNLIMITED} }
roles: { everyone: { users: ["*"] }, operator: { users: [U0ALICE] }, approver: { users: [U0BOB] } }
targets: { prod: { kind: kubernetes, environment: production, namespace: microservices, kubeconfig: "${kubeconfig}" } }
services: { ${services.map((name) => `${name}: { owners: [approver], target: prod }`).join(', ')} }
policy:
  - { allow: [everyone], operations: ["*"], tiers: [read] }
  - { allow: [operator], operations: [scale, undo], tiers: [low, guarded] }
`,
  )
  const postgres = await startEmbedded({ dataDir: join(folder, 'data'), log: quiet })
  const { db, close } = openDatabase(postgres.url, { log: quiet, max: 1 })
  const env = {
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_SIGNING_SECRET: SECRET,
    SLACK_API_URL: slack.apiUrl,
    PORT: '0',
    FIREBREAK_CONFIG: join(folder, 'firebreak.yml'),
    FIREBREAK_DATA_DIR: join(folder, 'data'),
    DATABASE_URL: postgres.url,
    DATABASE_MIGRATE_URL: postgres.migrateUrl,
  }
  const processes: Awaited<ReturnType<typeof startProcess>>[] = []
  for (let n = 0; n < replicas; n++) processes.push(await startProcess('src/main.ts', [], env, FLAGS))
  const urls = processes.map(({ port }) => `http://127.0.0.1:${port}/slack/events`)
  slack.deliverTo(urls[0] as string)
  const asked = () => slack.calls.filter(({ method }) => method === 'conversations.info')
  await slack.until(() => asked().length >= replicas, 20_000)
  return {
    ...{ slack, playground, port: processes[0]?.port as number, urls, db, migrateUrl: postgres.migrateUrl },
    pid: processes[0]?.child.pid as number,
    async stop() {
      await Promise.all(processes.map(({ child }) => stopProcess(child)))
      await playground.close()
      await slack.stop()
      await close()
      await postgres.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
