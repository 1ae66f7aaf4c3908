import type { RequestListener } from 'node:http'
import { App, HTTPReceiver } from '@slack/bolt'
import type { Kysely } from 'kysely'
import type { Identity } from '../identity/identity.ts'
import type { Conversation } from '../incidents/conversation/conversation.ts'
import type { Log } from '../storage/log.ts'
import type { Schema } from '../storage/schema.ts'
import { createAnswers } from './answers.ts'
import { boltLogger } from './bolt-logger.ts'
import type { Channels } from './channels.ts'
import type { Checks } from './checks.ts'
import type { Clients } from './clients.ts'
import { keepConnected } from './connection.ts'
import { createEars } from './conversation/ears.ts'
import type { Emoji } from './conversation/reactions.ts'
import type { Doors } from './doors.ts'
import { createGestures } from './gestures.ts'
import type { Homes } from './home/homes.ts'
import { listen } from './listeners.ts'
import type { SlackMetrics } from './metrics.ts'
import type { News } from './news.ts'
import { untilAway } from './reachable.ts'
import { createReceiver, type Delivery } from './receivers.ts'
import type { Workspace } from './workspace.ts'

/** Out of the 10 s that the whole program has to stop. */
const DRAIN_MS = 4_000
/** What must still be acknowledged is, before the connection closes. */
const ACKNOWLEDGE_MS = 2_000

export interface SlackEdge {
  /** Begins, and returns at once: that Slack is away is said in the log and in `state`, and tried again until it's back. */
  start(): void
  /** Takes nothing more and waits up to 4 s for what is at work. Over HTTP, stop the HTTP server before. Never rejects. */
  stop(): Promise<void>
  /** What to mount at `/slack/events`; null in Socket Mode. */
  handle: RequestListener | null
  state(): SlackState
}

interface SlackState {
  mode: Delivery['mode']
  /** Slack knows the token and, in Socket Mode, the connection is up. */
  connected: boolean
  since: Date
  /** Why not. */
  error: string | null
  /** What is wrong with the incidents channel. */
  incidentsChannel: string | null
}

export interface SlackAppOptions {
  delivery: Delivery
  /** null means Slack itself; else with a slash at its end. */
  apiUrl: string | null
  clients: Clients
  workspace: Workspace
  identity: Pick<Identity, 'whose' | 'person'>
  directory: News['directory']
  channels: Channels
  doors: Doors
  /** What people say in incidents goes there; `emoji`: by which of them they mark it, now. */
  conversation: Conversation
  emoji(): Emoji
  homes: Pick<Homes, 'opened'>
  names: Record<'incident' | 'ops', string>
  checks: Checks
  db: Kysely<Schema>
  metrics: SlackMetrics
  log: Log
  /** How often it is looked whether Slack is there and was heard, in tests. */
  everyMs?: number
}

export function createSlackApp(options: SlackAppOptions): SlackEdge {
  const { delivery, apiUrl, clients, workspace, channels, log } = options
  const receiver = createReceiver(delivery, { apiUrl, log })
  const bot = () => workspace.identity()?.user ?? null
  const app = new App({
    receiver,
    // Bolt's own asks auth.test once and keeps a failure for ever. No token either: we call Slack by our own clients.
    authorize: async () => ({ ...(bot() && { botUserId: bot() as string }) }),
    clientOptions: { ...(apiUrl && { slackApiUrl: apiUrl }) },
    logger: boltLogger(log),
    convoStore: false,
  })
  app.error(async (error) => log.error({ err: error }, 'a gesture could not be taken; nothing was done'))

  const answers = createAnswers({ ...options, client: clients.interactive, command: options.names.incident })
  const gestures = createGestures({ ...options, answers })
  const stopping = new AbortController()
  const { signal } = stopping
  const ears = createEars({ ...options, web: clients.background, signal })
  listen(app, { ...options, ...ears, gestures, answers, bot })

  let state: Omit<SlackState, 'incidentsChannel'> = {
    mode: delivery.mode,
    connected: false,
    since: new Date(),
    error: 'not started',
  }
  const onChange = (connected: boolean, error: Error | null) => {
    const since = connected === state.connected ? state.since : new Date()
    state = { mode: delivery.mode, connected, since, error: error?.message ?? null }
    if (connected) ears.attention.connected()
    else ears.attention.disconnected()
  }
  const connection = receiver instanceof HTTPReceiver ? null : keepConnected(receiver, { log, onChange })

  async function run() {
    try {
      for (;;) {
        await workspace.connect(signal, (error) => onChange(false, error))
        if (connection) return await connection.run()
        onChange(true, null)
        onChange(false, await untilAway(clients.interactive, signal, options.everyMs))
      }
    } catch {
      // stopped meanwhile
    }
  }

  return {
    handle: receiver instanceof HTTPReceiver ? receiver.requestListener : null,
    start() {
      ears.attention.start()
      void run()
    },
    async stop() {
      const until = performance.now() + DRAIN_MS
      stopping.abort()
      void gestures.track(ears.attention.stop())
      await gestures.acknowledged(ACKNOWLEDGE_MS)
      await connection?.stop()
      const left = await gestures.done(until - performance.now())
      if (left > 0) log.warn({ left }, 'stopped while gestures were at work; what they had not recorded is not done')
      onChange(false, new Error('stopped'))
    },
    state: () => ({ ...state, incidentsChannel: channels.trouble() }),
  }
}
