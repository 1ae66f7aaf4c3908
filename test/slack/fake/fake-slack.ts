import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { HttpTransport, type RawOptions } from './deliver-http.ts'
import { SocketTransport } from './deliver-socket.ts'
import { Deliveries } from './deliveries.ts'
import { Events, SUBSCRIPTIONS, type Subscription } from './events.ts'
import { type Fault, Faults, PostRate } from './faults.ts'
import { Files, type UploadedFile } from './files.ts'
import { Gestures } from './gestures.ts'
import { LIMITS } from './limits.ts'
import { ResponseUrls } from './response-urls.ts'
import { Talk } from './talk.ts'
import { Triggers } from './triggers.ts'
import type { Ack, ApiCall, Delivery, Json, Message, View, Violation } from './types.ts'
import { WebApi } from './web-api.ts'
import { type Seed, TEAM, Workspace } from './workspace.ts'

export interface FakeSlackOptions extends Seed {
  mode: 'http' | 'socket'
  signingSecret?: string
  botToken?: string
  appToken?: string
  /** The bot's scopes, such as those of the manifest; a call beyond them is `missing_scope`. Every one unless given. */
  scopes?: readonly string[]
  /** The events that the app subscribes to; all unless given. */
  events?: readonly Subscription[]
  /** Sends the bot its own messages as `message` events, as Slack does. */
  echo?: boolean
  /** How long the bot has to acknowledge, milliseconds. Tests of lateness shorten it. */
  acknowledgeWithin?: number
  /** When unacknowledged events are sent again: milliseconds after the failure before. */
  eventRetries?: readonly number[]
  /** Posts a second for each channel, and how many may come at once. */
  postRate?: { perSecond: number; burst: number }
  /** How long after its completion an upload shows in the channel, milliseconds. */
  shareDelay?: number
  /** Milliseconds since the epoch; a test may move it by hand. */
  now?: () => number
}

/**
 * A Slack on loopback for tests: as strict as the real one about what it takes, and candid about what it got.
 *
 *     const slack = await FakeSlack.start({ mode: 'http' })
 *     // start the bot with SLACK_API_URL = slack.apiUrl, then
 *     slack.deliverTo('http://127.0.0.1:3000/slack/events')
 *     await slack.command({ user: 'U0ALICE', channel: 'C0INCIDENTS', command: '/incident', text: 'open P1' })
 *     const card = await slack.until(() => slack.messages('C0INCIDENTS')[0])
 *     await slack.click({ user: 'U0BOB', message: card, actionId: 'resolve' })
 *     slack.assertClean()
 *
 * Unless seeded otherwise there are U0ALICE, U0BOB, U0CAROL and U0DAVE, C0INCIDENTS and C0ALERTS, and S0SRE (U0CAROL).
 */
export class FakeSlack {
  readonly signingSecret: string
  readonly botToken: string
  readonly appToken: string
  readonly workspace: Workspace
  readonly #server: Server
  readonly #http: HttpTransport
  readonly #socket: SocketTransport
  readonly #deliveries: Deliveries
  readonly #faults = new Faults()
  readonly #files: Files
  readonly #api: WebApi
  readonly #gestures: Gestures
  readonly #talk: Talk

  static async start(options: FakeSlackOptions): Promise<FakeSlack> {
    const slack = new FakeSlack(options)
    await new Promise<void>((listening) => slack.#server.listen(0, '127.0.0.1', listening))
    return slack
  }

  private constructor(options: FakeSlackOptions) {
    const { now = Date.now, acknowledgeWithin: within = LIMITS.acknowledge, mode } = options
    this.signingSecret = options.signingSecret ?? 'fake-signing-secret'
    this.botToken = options.botToken ?? 'xoxb-fake-bot-token'
    this.appToken = options.appToken ?? 'xapp-fake-app-token'
    const workspace = new Workspace(options, now)
    this.workspace = workspace
    const base = () => `http://127.0.0.1:${this.#port}`
    this.#http = new HttpTransport({ secret: this.signingSecret, within, now })
    this.#socket = new SocketTransport(workspace, within)
    this.#deliveries = new Deliveries(workspace, mode === 'http' ? this.#http : this.#socket, options.eventRetries)
    this.#files = new Files(workspace, base, options.shareDelay ?? 10)
    const triggers = new Triggers(workspace)
    const responseUrls = new ResponseUrls(workspace, base)
    const subscriptions = options.events ?? SUBSCRIPTIONS
    const events = new Events({ workspace, deliveries: this.#deliveries, subscriptions })
    workspace.onMoved = (type, channel, user) => {
      const event = { type, user, channel: channel.id, channel_type: channel.is_private ? 'G' : 'C', team: TEAM.id }
      void events.hear(type, channel, { ...event, event_ts: workspace.newTs() })
    }
    this.#talk = new Talk(workspace, events)
    this.#gestures = new Gestures({
      ...{ workspace, deliveries: this.#deliveries, triggers, responseUrls, events },
      talk: this.#talk,
    })
    if (options.echo) workspace.messages.onBotPost = (message) => void this.#gestures.hearOwn(message)
    const socketUrl = () => `ws://127.0.0.1:${this.#port}${this.#socket.ticket()}`
    this.#api = new WebApi({
      slack: { workspace, triggers, files: this.#files, socketUrl, scopes: options.scopes },
      responseUrls,
      faults: this.#faults,
      rate: new PostRate(options.postRate ?? { perSecond: 1, burst: 100 }, now),
      tokens: { bot: this.botToken, app: this.appToken },
    })
    this.#server = createServer((request, response) => void this.#api.handle(request, response))
    this.#server.on('upgrade', (request, socket, head) => this.#socket.upgrade(request, socket, head))
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** For `SLACK_API_URL`; ends with `/api/`. */
  get apiUrl(): string {
    return `http://127.0.0.1:${this.#port}/api/`
  }

  /** Where signed requests go, such as `http://127.0.0.1:3000/slack/events`. */
  deliverTo(url: string) {
    this.#http.url = url
  }

  command: Gestures['command'] = (typed) => this.#gestures.command(typed)
  say: Talk['say'] = (typed) => this.#talk.say(typed)
  edit: Talk['edit'] = (edit) => this.#talk.edit(edit)
  unfurl: Talk['unfurl'] = (place) => this.#talk.unfurl(place)
  unsay: Talk['unsay'] = (place) => this.#talk.unsay(place)
  react: Talk['react'] = (reaction) => this.#talk.react(reaction)
  unreact: Talk['unreact'] = (reaction) => this.#talk.unreact(reaction)
  tell: Gestures['tell'] = (event) => this.#gestures.tell(event)
  /** Somebody looks at the app's Home, or at another of its tabs. */
  openHome(user: string, tab: 'home' | 'messages' = 'home') {
    const [view, channel] = [this.home(user), this.workspace.directMessage(user).id]
    return this.tell({ type: 'app_home_opened', user, channel, tab, ...(view && { view }) })
  }
  mention: Gestures['mention'] = (typed) => this.#gestures.mention(typed)
  click: Gestures['click'] = (click) => this.#gestures.click(click)
  shortcut: Gestures['shortcut'] = (picked) => this.#gestures.shortcut(picked)
  submit: Gestures['submit'] = (form) => this.#gestures.submit(form)
  close: Gestures['close'] = (closing) => this.#gestures.close(closing)

  /** What the channel shows: no replies. Oldest first. All message accessors give copies, as a screen would. */
  messages(channel: string): Message[] {
    return structuredClone(this.workspace.messages.channel(channel))
  }

  /** The root and its replies, oldest first. */
  thread(channel: string, ts: string): Message[] {
    return structuredClone(this.workspace.messages.thread(channel, ts))
  }

  message(channel: string, ts: string): Message | undefined {
    return structuredClone(this.workspace.messages.find(channel, ts))
  }

  /** What only this person saw, oldest first. */
  ephemerals(user: string): Message[] {
    return structuredClone(this.workspace.messages.ephemerals.filter((message) => message.ephemeralTo === user))
  }

  /** The person's open modals, the one in front last. */
  views(user: string): View[] {
    return structuredClone(this.workspace.views.of(user))
  }

  home(user: string): View | undefined {
    return structuredClone(this.workspace.views.home(user))
  }

  get files(): readonly UploadedFile[] {
    return this.#files.all
  }

  /** Every call of the bot's, in order; `response_url` and `upload` among them. */
  get calls(): readonly ApiCall[] {
    return this.#api.calls
  }

  get deliveries(): readonly Delivery[] {
    return this.#deliveries.all
  }

  get violations(): readonly Violation[] {
    return this.workspace.violations
  }

  get broadcasts() {
    return this.workspace.broadcasts
  }

  /** Socket Mode connections that are open. */
  get connections(): number {
    return this.#socket.connected
  }

  /** For `afterEach`: throws when the bot did what Slack forbids, or rang everybody's phone. */
  assertClean() {
    const wrong = [
      ...this.violations.map(({ rule, detail }) => `${rule}: ${detail}`),
      ...this.broadcasts.map(({ where, text }) => `broadcast: ${text} in ${where}`),
    ]
    if (wrong.length > 0) throw new Error(`Slack would object:\n  ${wrong.join('\n  ')}`)
  }

  /** Makes calls of a method go wrong; `*` is every method. */
  fail(method: string, fault: Fault) {
    this.#faults.add(method, fault)
  }

  /** Ends everything that `fail` began. */
  recover() {
    this.#faults.clear()
  }

  redeliver(delivery: Delivery): Promise<Ack> {
    return this.#deliveries.redeliver(delivery)
  }

  /** A signed, wrongly signed or unsigned request (HTTP only), judged by nobody but the test. */
  deliverRaw(kind: Delivery['kind'], payload: Json, options?: RawOptions): Promise<Ack> {
    return this.#http.raw({ kind, payload }, options)
  }

  /** Socket Mode: asks every connection to be made anew, as Slack does every few hours. */
  disconnect(reason: 'warning' | 'refresh') {
    this.#socket.disconnect(reason)
  }

  /** Socket Mode: the network breaks. */
  cut() {
    this.#socket.cut()
  }

  /** Drops all messages, as an emulator does when it starts again. */
  forget() {
    this.workspace.messages.forget()
  }

  /** As a person or an administrator would: the bot is not told. */
  deleteMessage(channel: string, ts: string) {
    const message = this.workspace.messages.find(channel, ts)
    if (message) this.workspace.messages.remove(message)
  }

  /** Waits until the condition gives something true, and gives it back. */
  async until<T>(condition: () => T | undefined | false | null, ms = 15_000): Promise<T> {
    const end = performance.now() + ms
    for (;;) {
      const value = condition()
      if (value) return value
      if (performance.now() > end) throw new Error(`not within ${ms} ms: ${condition}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  async stop() {
    this.#deliveries.stop()
    this.#files.stop()
    this.#socket.close()
    this.#server.closeAllConnections()
    await new Promise((closed) => this.#server.close(closed))
  }
}

export { BOT } from './workspace.ts'
