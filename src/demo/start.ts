import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pino, { type Logger } from 'pino'
import { loadEnvironment } from '../config/environment.ts'
import { loadConfig } from '../config/load.ts'
import { startFirebreak } from '../firebreak.ts'
import { openLog } from '../log.ts'
import { startPlayground } from '../playground/playground.ts'
import { createRedactor, type LearningRedactor } from '../redaction/redactor.ts'
import { startEmbedded } from '../storage/embedded.ts'
import { leaveFolder, noteSlack, openFolder } from './folder.ts'
import { startLocalSlack, TOKENS } from './local-slack.ts'
import { openWindow } from './window.ts'

export interface Demo {
  /** The page to open. */
  url: string
  /** Stops what was started, the last one first: Postgres goes last. */
  stop(): Promise<void>
}

export interface DemoOptions {
  folder: string
  fresh: boolean
  localSlack: string
  /** Told before each part is started; the function it returns, when the part is up. */
  progress(part: string): () => void
}

const CONFIG = fileURLToPath(new URL('firebreak.yml', import.meta.url))
const CONNECTED_WITHIN_MS = 20_000

/** Starts everything that the demo is made of. When a part fails, those before it are stopped. */
export async function startDemo({ folder, fresh, localSlack, progress }: DemoOptions): Promise<Demo> {
  const stops: (() => Promise<void>)[] = []
  const stop = async () => {
    for (let last = stops.pop(); last; last = stops.pop()) await last()
  }
  const part = async <T>(name: string, start: () => Promise<T>, end: (started: T) => Promise<void>): Promise<T> => {
    const done = progress(name)
    const started = await start()
    stops.push(() => end(started))
    done()
    return started
  }
  await openFolder(folder, { fresh, log: pino({ enabled: false }) })
  stops.push(() => leaveFolder(folder))
  const redact = createRedactor({ emails: false, patterns: [], secrets: Object.values(TOKENS) })
  const log = openLog('info', redact, pino.destination({ dest: join(folder, 'demo.log'), sync: true }))
  try {
    const postgres = await part(
      'Postgres',
      () => startEmbedded({ dataDir: folder, log }),
      ({ stop }) => stop(),
    )
    const production = await part('Simulated production', startPlayground, ({ close }) => close())
    const slack = await part(
      'Slack in the browser',
      () => startLocalSlack(localSlack),
      ({ stop }) => stop(),
    )
    await noteSlack(folder, slack.pid)
    await part(
      'Firebreak',
      () => startBot({ folder, log, redact, postgres, production, slack }),
      ({ stop }) => stop(),
    )
    const window = await part(
      'Page',
      () => openWindow(slack.port),
      ({ close }) => close(),
    )
    return { url: window.url, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The bot as `npm start` runs it, with an environment of the demo's making. */
async function startBot({
  folder,
  log,
  redact,
  postgres,
  production,
  slack,
}: {
  folder: string
  log: Logger
  redact: LearningRedactor
  postgres: { url: string; migrateUrl: string }
  production: { kubeconfig(path: string): Promise<void> }
  slack: { port: number }
}) {
  const kubeconfig = join(folder, 'kubeconfig')
  await production.kubeconfig(kubeconfig)
  const environment = loadEnvironment({
    SLACK_BOT_TOKEN: TOKENS.bot,
    SLACK_APP_TOKEN: TOKENS.app,
    SLACK_API_URL: `http://127.0.0.1:${slack.port}/api/`,
    PORT: '0',
    DATABASE_URL: postgres.url,
    DATABASE_MIGRATE_URL: postgres.migrateUrl,
    FIREBREAK_CONFIG: CONFIG,
    FIREBREAK_DATA_DIR: folder,
  })
  const variables = { KUBECONFIG: kubeconfig }
  const config = await loadConfig(CONFIG, variables)
  const bot = await startFirebreak({ environment, config, variables, log, redact })
  if (await isConnected(bot.port)) return bot
  await bot.stop()
  throw new Error('The bot does not connect to the Slack in the browser')
}

async function isConnected(port: number): Promise<boolean> {
  for (const deadline = Date.now() + CONNECTED_WITHIN_MS; Date.now() < deadline; await delay(100)) {
    const health = await fetch(`http://127.0.0.1:${port}/health/ready`)
    const { slack } = (await health.json()) as { slack: { connected: boolean } }
    if (slack.connected) return true
  }
  return false
}
