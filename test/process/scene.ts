import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../../src/storage/database.ts'
import { readEntries } from '../../src/timeline/store.ts'
import { FakeSlack, type FakeSlackOptions } from '../slack/fake/fake-slack.ts'
import type { Message } from '../slack/fake/types.ts'
import { testDatabase } from '../support/database.ts'
import { quiet } from '../support/log.ts'
import { type BotProcess, startProcess } from './bot-process.ts'
import { type Cluster, startCluster } from './cluster.ts'

const CHANNEL = 'C0INCIDENTS'
/** Several processes share two cores with other tests. */
const PATIENCE = 25_000
/** Longer than a lease (15 s) and a post in flight (15 s): what a killed process held is taken over by then. */
export const TAKEN_OVER = 40_000

export const configOf = (namespace: string, services: string[]) => `
slack: { incidents_channel: ${CHANNEL}, alerts_channel: C0ALERTS, pacing: { posts_per_second: 100, burst: 100, edits_per_minute: 6000 } }
roles:
  operator: { users: [U0ALICE, U0BOB] }
  approver: { users: [U0BOB], user_groups: [S0SRE] }
targets:
  prod: { kind: kubernetes, environment: production, namespace: ${namespace}, kubeconfig: "\${KUBECONFIG}" }
services:
${services.map((name) => `  ${name}: { owners: [approver], target: prod }`).join('\n')}
policy:
  - { allow: [everyone], operations: ["*"], tiers: [read] }
  - { allow: [operator], operations: [scale, restart, undo], environments: [production], tiers: [low, guarded] }
  - { allow: [approver], operations: [token] }
`

/**
 * All that the program meets outside of itself: a strict Slack, a cluster (the playground, unless another is given), a
 * Postgres, a folder with its configuration.
 */
export const setScene = (mode: FakeSlackOptions['mode'] = 'http') =>
  sceneWith(startCluster(), { mode, config: configOf('microservices', ['checkout']) })

export async function sceneWith<C extends Pick<Cluster, 'kubeconfig' | 'close'>>(
  starting: Promise<C>,
  { mode, config }: { mode: FakeSlackOptions['mode']; config: string },
) {
  const folder = await mkdtemp(join(tmpdir(), 'firebreak-process-'))
  await chmod(folder, 0o755) // as root, the embedded Postgres runs as somebody else
  const [database, cluster] = await Promise.all([testDatabase(), starting])
  const slack = await FakeSlack.start({
    mode,
    botToken: 'xoxb-1-secret-of-the-bot',
    appToken: 'xapp-1-secret-of-the-app',
    signingSecret: '5ecre7f51gn1ng',
  })
  const token = await cluster.kubeconfig(join(folder, 'kubeconfig'))
  await writeFile(join(folder, 'firebreak.yml'), config)
  const env = {
    SLACK_BOT_TOKEN: slack.botToken,
    ...(mode === 'http' ? { SLACK_SIGNING_SECRET: slack.signingSecret } : { SLACK_APP_TOKEN: slack.appToken }),
    SLACK_API_URL: slack.apiUrl,
    PORT: '0',
    LOG_LEVEL: 'debug',
    KUBECONFIG: join(folder, 'kubeconfig'),
    DATABASE_URL: database.url,
    DATABASE_MIGRATE_URL: database.migrateUrl,
  }
  const { db, close } = openDatabase(database.url, { log: quiet })
  const started: BotProcess[] = []
  let url = ''

  const scene = {
    ...{ slack, cluster, database, folder, env },
    /** What no log may hold: `close` checks it. */
    secrets: [
      ...[slack.botToken, slack.appToken, slack.signingSecret, token],
      ...[database.url, database.migrateUrl].map((address) => new URL(address).password),
    ],
    /** Starts the program and leaves it to itself. An empty variable counts as unset. */
    launch(over: Record<string, string> = {}): BotProcess {
      const bot = startProcess({ ...env, ...over }, folder)
      started.push(bot)
      return bot
    },
    /** Starts it and waits until it works: with Slack, unless Slack is away. */
    async start(over: Record<string, string> = {}, { connected = true } = {}): Promise<BotProcess> {
      const bot = scene.launch(over)
      const { port } = await bot.said(/^Firebreak is running$/)
      url = `http://127.0.0.1:${port}`
      if (mode === 'http') slack.deliverTo(`${url}/slack/events`)
      if (!connected) return bot
      await bot.said(/^Slack knows us$/)
      await slack.until(() => mode === 'http' || slack.connections > 0, PATIENCE)
      return bot
    },
    /** Where the bot listens. */
    url: () => url,
    get: async (path: string) => {
      const response = await fetch(`${url}${path}`)
      return { status: response.status, text: await response.text() }
    },

    type: (user: string, command: string, text: string) => slack.command({ user, channel: CHANNEL, command, text }),
    /** Types a command and waits for its ephemeral answer. */
    async ask(user: string, command: string, text: string): Promise<string> {
      const { responses } = await scene.type(user, command, text)
      const [answer] = await slack.until(() => (responses.length > 0 ? responses : null), PATIENCE)
      return String(answer?.text)
    },
    /** Opens an incident; resolves to its root message. */
    async open(service = 'checkout'): Promise<Message> {
      await scene.type('U0ALICE', '/incident', `open P1 "Checkout times out" --service ${service}`)
      const root = await slack.until(() => slack.messages(CHANNEL)[0], PATIENCE)
      await slack.until(() => slack.thread(CHANNEL, root.ts).length === 2, PATIENCE)
      return root
    },
    /** Alice asks for a change; resolves to the card with its buttons. */
    async plan(root: Message, line = 'scale checkout 5'): Promise<Message> {
      const before = cards(slack.thread(CHANNEL, root.ts)).length
      await scene.type('U0ALICE', '/ops', line)
      return slack.until(() => cards(slack.thread(CHANNEL, root.ts))[before], PATIENCE)
    },
    approve: (card: Message) => slack.click({ user: 'U0BOB', message: card, actionId: 'change.approve' }),
    /** Waits until the card says so. */
    shows: (card: Message, text: RegExp, ms = PATIENCE) =>
      slack.until(() => text.test(slack.message(CHANNEL, card.ts)?.text ?? ''), ms),
    thread: (root: Message) => slack.thread(CHANNEL, root.ts),
    /** The states that OP-1 went through, as the ledger has them. */
    async states(): Promise<string[]> {
      const entries = await readEntries(db, 'INC-1')
      return entries.flatMap(({ body }) => (body.type === 'change.moved' ? [body.to] : []))
    },
    db,

    /** Ends everything; throws when a log is no JSON or holds a secret, whatever the test was about. */
    async close() {
      await Promise.all(started.map((bot) => bot.end('SIGKILL')))
      await close()
      await Promise.all([cluster.close(), slack.stop()])
      await database.drop()
      await rm(folder, { recursive: true, force: true })
      for (const bot of started) keepsSecrets(bot, scene.secrets)
    },
  }
  return scene
}

function keepsSecrets(bot: BotProcess, secrets: string[]) {
  const { stdout, stderr } = bot.output()
  bot.log()
  for (const secret of secrets) {
    if (secret.length < 8) throw new Error(`${JSON.stringify(secret)} is too short to be looked for`)
    if (`${stdout}${stderr}`.includes(secret)) throw new Error(`it wrote the secret ${secret}:\n${stdout}\n${stderr}`)
  }
}

export const cards = (messages: Message[]) => messages.filter(({ text }) => /^\*OP-\d+\*/.test(text))

export type Scene = Awaited<ReturnType<typeof setScene>>
