import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse } from 'yaml'
import { loadEnvironment } from '../../src/config/environment.ts'
import { loadConfig } from '../../src/config/load.ts'
import { startFirebreak } from '../../src/firebreak.ts'
import { openLog } from '../../src/log.ts'
import { startPlayground } from '../../src/playground/playground.ts'
import type { Scenario } from '../../src/playground/world.ts'
import { createRedactor } from '../../src/redaction/redactor.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { readEntries } from '../../src/timeline/store.ts'
import { FakeSlack, type FakeSlackOptions } from '../slack/fake/fake-slack.ts'
import { testDatabase } from './database.ts'
import { quiet } from './log.ts'

const ROOT = join(import.meta.dirname, '../..')
const manifest = parse(readFileSync(join(ROOT, 'manifest.yml'), 'utf8'))

export const INCIDENTS = 'C0INCIDENTS'

export interface BotOptions {
  mode?: FakeSlackOptions['mode']
  podReadyMs?: number
  /** What happens in the playground, and how its services stand in the configuration's catalogue. */
  scenario?: Scenario
  services?: string
  slack?: Partial<FakeSlackOptions>
  /** A kubeconfig of a real cluster, instead of the playground. */
  kubeconfig?: string
  namespace?: string
  /** The whole file, or a change of the one below. */
  config?: string | ((text: string) => string)
  redisUrl?: string
  /** Nobody is refused for being too fast, unless given. */
  gesturesPerMinute?: number
  /** One more line of policy. */
  policy?: string
  /** More of firebreak.yml, after the rest. */
  more?: string
  /** Hears each line of the log, whatever `TEST_LOG` says. */
  heard?: (line: string) => void
}

const SERVICES = `
  checkout: { owners: [approver], target: prod, deployment: checkout }
  payments: { owners: [approver], target: prod, deployment: payments }`

const CONFIG = (kubeconfig: string, namespace: string, gesturesPerMinute: number, services = SERVICES) => `
slack: { incidents_channel: ${INCIDENTS}, alerts_channel: C0ALERTS, pacing: { posts_per_second: 100, burst: 100, edits_per_minute: 6000 }, limits: { gestures_per_minute: ${gesturesPerMinute} } }
roles:
  everyone: { users: ["*"] }
  operator: { users: [U0ALICE, U0BOB] }
  approver: { users: [U0BOB], user_groups: [S0SRE] }
  admin: { users: [U0CAROL] }
targets:
  prod: { kind: kubernetes, environment: production, namespace: ${namespace}, kubeconfig: "${kubeconfig}" }
services: ${services}
policy:
  - { allow: [everyone], operations: ["*"], tiers: [read] }
  - { allow: [operator], operations: [scale, restart, undo], environments: [production], tiers: [low, guarded, critical] }
  - { allow: [admin], operations: [token] }
`

/** The whole bot against a strict Slack, a real Postgres and a cluster: what a workspace would see. */
export async function startBot(options: BotOptions = {}) {
  const mode = options.mode ?? 'http'
  const folder = await mkdtemp(join(tmpdir(), 'firebreak-bot-'))
  const database = await testDatabase()
  const scopes: string[] = manifest.oauth_config.scopes.bot
  const slack = await FakeSlack.start({ mode, scopes, echo: true, ...options.slack })
  const playground = options.kubeconfig
    ? null
    : await startPlayground({
        podReadyMs: options.podReadyMs ?? 50,
        ...(options.scenario && { scenario: options.scenario }),
      })
  const kubeconfig = options.kubeconfig ?? join(folder, 'kubeconfig')
  await playground?.kubeconfig(kubeconfig)
  const env = {
    SLACK_BOT_TOKEN: slack.botToken,
    ...(mode === 'http' ? { SLACK_SIGNING_SECRET: slack.signingSecret } : { SLACK_APP_TOKEN: slack.appToken }),
    SLACK_API_URL: slack.apiUrl,
    PORT: '0',
    DATABASE_URL: database.url,
    DATABASE_MIGRATE_URL: database.migrateUrl,
    ...(options.redisUrl && { REDIS_URL: options.redisUrl }),
    FIREBREAK_CONFIG: join(folder, 'firebreak.yml'),
    FIREBREAK_DATA_DIR: join(folder, 'data'),
  }
  const { namespace = 'microservices', gesturesPerMinute = 100_000, services } = options
  const usual = CONFIG(kubeconfig, namespace, gesturesPerMinute, services)
  const text = typeof options.config === 'function' ? options.config(usual) : (options.config ?? usual)
  await writeFile(env.FIREBREAK_CONFIG, `${text}${options.policy ?? ''}${options.more ?? ''}`)
  let environment = loadEnvironment(env)
  const config = await loadConfig(env.FIREBREAK_CONFIG, env)
  const { heard } = options
  const redact = createRedactor({ emails: false, patterns: [], secrets: environment.secrets })
  const log = openLog(heard ? 'trace' : (process.env.TEST_LOG ?? 'silent'), redact, {
    write: (line) => (heard ? heard(line) : process.stdout.write(line)),
  })
  const start = async () => {
    const config = await loadConfig(env.FIREBREAK_CONFIG, env)
    return await startFirebreak({ environment, config, log, redact, variables: env, strict: true, lookEveryMs: 50 })
  }
  let firebreak = await start()
  let reading = openDatabase(database.url, { log: quiet })
  const url = () => `http://127.0.0.1:${firebreak.port}`
  if (mode === 'http') slack.deliverTo(`${url()}/slack/events`)
  const connected = async () =>
    ((await (await fetch(`${url()}/health/ready`)).json()) as { slack: { connected: boolean } }).slack.connected
  const connect = async () => {
    while (!(await connected())) await sleep(10)
  }
  await connect()

  return {
    ...{ slack, database, playground, environment, config, env, folder, redact },
    get db() {
      return reading.db
    },
    url,
    /** Stops it as SIGTERM does and starts it anew. `between`: while nobody is connected; it may name another database. */
    async restart(between: () => Promise<{ url: string; migrateUrl: string } | undefined> = async () => undefined) {
      await Promise.all([firebreak.stop(), reading.close()])
      const onto = await between()
      if (onto) environment = { ...environment, database: onto }
      reading = openDatabase(environment.database?.url ?? '', { log: quiet })
      firebreak = await start()
      if (mode === 'http') slack.deliverTo(`${url()}/slack/events`)
      await connect()
    },
    /** Edits firebreak.yml, as a person would while the bot runs. */
    async edit(change: (text: string) => string) {
      await writeFile(env.FIREBREAK_CONFIG, change(await readFile(env.FIREBREAK_CONFIG, 'utf8')))
    },
    /** What SIGHUP does. */
    reload: () => firebreak.reload(),
    command: (user: string, text: string, command = '/incident', channel = INCIDENTS) =>
      slack.command({ user, channel, command, text }),
    /** Types a command and waits for its ephemeral answer. */
    async ask(user: string, text: string, command = '/incident', channel = INCIDENTS) {
      const { responses } = await slack.command({ user, channel, command, text })
      const [response] = await slack.until(() => (responses.length > 0 ? responses : null))
      return String(response?.text ?? '')
    },
    /** Opens an incident and waits for its root message. */
    async open(text = 'open P1 "Checkout times out" --service checkout', user = 'U0ALICE') {
      const before = new Set(slack.messages(INCIDENTS).map(({ ts }) => ts))
      await slack.command({ user, channel: INCIDENTS, command: '/incident', text })
      const isCard = (message: { ts: string; text: string }) =>
        !before.has(message.ts) && /INC-\d+ ·/.test(message.text)
      const root = await slack.until(() => slack.messages(INCIDENTS).find(isCard))
      const id = Number(/INC-(\d+)/.exec(root.text)?.[1])
      await slack.until(() => slack.thread(INCIDENTS, root.ts).length > 1)
      return { root, id, name: `INC-${id}` }
    },
    /** The message in a thread whose fallback text matches, once it does. */
    inThread: (ts: string, text: RegExp) =>
      slack.until(() => slack.thread(INCIDENTS, ts).find((message) => text.test(JSON.stringify(message)))),
    entries: (chain: string) => readEntries(reading.db, chain),
    async stop() {
      await firebreak.stop()
      await reading.close()
      await playground?.close().catch(() => {}) // a test may have closed it
      await slack.stop()
      await database.drop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export type Bot = Awaited<ReturnType<typeof startBot>>
