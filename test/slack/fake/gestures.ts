import { elementsOf } from './blocks.ts'
import type { Deliveries } from './deliveries.ts'
import { chosen, type Given, stateOf, wrongInputs } from './inputs.ts'
import * as payloads from './payloads.ts'
import { Misuse, Refusal } from './refusal.ts'
import type { ResponseUrls } from './response-urls.ts'
import { asSent } from './text.ts'
import type { Triggers } from './triggers.ts'
import type { Ack, Block, Channel, Delivery, Json, Message, User, View } from './types.ts'
import { BOT, type Workspace } from './workspace.ts'

export interface Gesture {
  ack: Ack
  delivery: Delivery
}

export type Subscription = 'app_mention' | 'message'

/** What the bot was told of something written; nothing when it does not subscribe to such events. */
interface Heard extends Gesture {
  event_id: string
}

interface Answerable extends Gesture {
  trigger_id: string
  /** The bodies that the bot posted to the response_url, so far. */
  responses: Json[]
}

/** Either a place, which means what it shows now, or a Message kept from before, which means a stale screen. */
type Shown = { channel: string; ts: string } | Message

/** What people do in Slack, turned into deliveries. A thrown Error is a mistake in the test. */
export class Gestures {
  readonly #workspace: Workspace
  readonly #deliveries: Deliveries
  readonly #triggers: Triggers
  readonly #responseUrls: ResponseUrls

  readonly #events: readonly Subscription[]

  constructor(parts: {
    events: readonly Subscription[]
    workspace: Workspace
    deliveries: Deliveries
    triggers: Triggers
    responseUrls: ResponseUrls
  }) {
    this.#workspace = parts.workspace
    this.#deliveries = parts.deliveries
    this.#triggers = parts.triggers
    this.#responseUrls = parts.responseUrls
    this.#events = parts.events
  }

  /** Types a slash command. Slack knows none inside a thread, so there is no thread to give. */
  async command(typed: { user: string; channel: string; command: string; text?: string }): Promise<Answerable> {
    const { user, channel } = this.#at(typed)
    const origin = { user: user.id, channel: channel.id }
    const { url: response_url, posted: responses } = this.#responseUrls.issue(origin)
    const trigger_id = this.#triggers.issue(user.id)
    const text = asSent(typed.text ?? '', this.#workspace, 'command')
    const command = { user, channel, command: typed.command, text }
    const payload = payloads.commandPayload(command, { trigger_id, response_url })
    const { delivery, ack } = await this.#deliver('slash_commands', payload)
    const answer = ack.body as Json | undefined
    if (answer?.text || answer?.blocks)
      this.#judged('the acknowledgement', () => this.#responseUrls.respond(origin, answer))
    return { delivery, ack, trigger_id, responses }
  }

  /** Writes in a channel or thread; the bot hears of it as a `message` event. */
  async say(typed: { user: string; channel: string; thread_ts?: string; text: string }) {
    const { message, channel } = this.#post(typed, asSent(typed.text, this.#workspace, 'message'))
    return { ts: message.ts, message: await this.#hear(payloads.messageEvent(message, channel)) }
  }

  /** Mentions the bot, at the start unless the text has `@firebreak` elsewhere. Slack sends two events. */
  async mention(typed: { user: string; channel: string; thread_ts?: string; text: string }) {
    const mentions = typed.text.includes(`@${BOT.name}`)
    const text = asSent(mentions ? typed.text : `@${BOT.name} ${typed.text}`, this.#workspace, 'message')
    const { message, channel } = this.#post(typed, text)
    const written = payloads.messageEvent(message, channel)
    const { channel_type: _type, ...mention } = written
    if (!this.#events.includes('app_mention')) throw new Error('the app does not subscribe to app_mention')
    const both = [this.#event({ ...mention, type: 'app_mention' }), this.#hear(written)] as const
    const [heard, heardAsMessage] = await Promise.all(both)
    return { ts: message.ts, ...heard, message: heardAsMessage }
  }

  /** Slack tells of something that nobody said: `{ type: 'user_change', user }`. */
  async tell(event: Json): Promise<Heard> {
    return this.#event({ ...event, ts: this.#workspace.newTs() })
  }

  /** What the bot posted comes back to it as an event, like anybody's message. */
  async hearOwn(message: Message) {
    const channel = this.#workspace.channels.get(message.channel)
    if (channel) await this.#hear(payloads.messageEvent(message, channel))
  }

  /** Uses a button or a menu of a message or view. `value` overrides a button's own, as a tampered client would. */
  async click(click: {
    user: string
    message?: Shown
    view?: View
    actionId: string
    blockId?: string
    value?: Given
  }): Promise<Answerable> {
    const { message, view } = this.#target(click)
    const { block, element } = found(message?.blocks ?? view?.blocks ?? [], click)
    const user = this.#user(click.user)
    const trigger_id = this.#triggers.issue(user.id)
    const action_ts = this.#workspace.newTs()
    const common = { user, block, element, chosen: chosen(element, click.value), trigger_id, action_ts }
    if (view) {
      const given =
        click.value !== undefined && element.type !== 'button' ? { [String(element.action_id)]: click.value } : {}
      view.state.values = stateOf(view.blocks, given, view.state.values)
      return {
        ...(await this.#deliver('interactive', payloads.viewClickPayload({ ...common, view }))),
        trigger_id,
        responses: [],
      }
    }
    if (!message) throw new Error('a click needs a message or a view')
    const { channel } = this.#at({ user: user.id, channel: message.channel })
    const kept = this.#workspace.messages.find(message.channel, message.ts) ?? this.#ephemeral(message)
    const issued = this.#responseUrls.issue({ user: user.id, channel: channel.id, message: kept })
    const state = stateOf(message.blocks ?? [])
    const payload = payloads.messageClickPayload({ ...common, message, channel, state, response_url: issued.url })
    return { ...(await this.#deliver('interactive', payload)), trigger_id, responses: issued.posted }
  }

  /** Picks a shortcut: of Slack's own menu, or of a message's. */
  async shortcut({
    user: id,
    callbackId,
    message,
  }: {
    user: string
    callbackId: string
    message?: Shown
  }): Promise<Answerable> {
    const user = this.#user(id)
    const trigger_id = this.#triggers.issue(user.id)
    const { message: shown } = this.#target({ user: id, ...(message && { message }) })
    if (!shown) {
      const payload = payloads.globalShortcutPayload(user, callbackId, trigger_id, this.#workspace.newTs())
      return { ...(await this.#deliver('interactive', payload)), trigger_id, responses: [] }
    }
    const { channel } = this.#at({ user: user.id, channel: shown.channel })
    const issued = this.#responseUrls.issue({ user: user.id, channel: channel.id, message: undefined })
    const common = { user, callbackId, trigger_id, action_ts: this.#workspace.newTs() }
    const payload = payloads.messageShortcutPayload({ ...common, message: shown, channel, response_url: issued.url })
    return { ...(await this.#deliver('interactive', payload)), trigger_id, responses: issued.posted }
  }

  /** Presses a modal's submit button. `values` are by block id or action id. */
  async submit({ user: id, view, values = {} }: { user: string; view: View; values?: Record<string, Given> }) {
    const user = this.#user(id)
    const open = this.#open(user, view)
    open.state.values = stateOf(open.blocks, values, open.state.values)
    const wrong = wrongInputs(open.blocks, open.state.values)
    if (wrong.length > 0) throw new Error(`Slack would not submit this form: ${wrong.join(', ')}`)
    const trigger_id = this.#triggers.issue(user.id)
    const sent = await this.#deliver('interactive', payloads.viewPayload('view_submission', user, open, trigger_id))
    const answer = (sent.ack.body ?? {}) as {
      response_action?: string
      errors?: Record<string, string>
      view?: unknown
    }
    if (!sent.ack.shown) this.#judged('the response_action', () => this.#follow(user, open, answer))
    return { ...sent, trigger_id, response_action: answer.response_action, errors: answer.errors }
  }

  /** Closes a modal; the bot hears of it if the view asks for that. */
  async close({ user: id, view }: { user: string; view: View }): Promise<Gesture | undefined> {
    const user = this.#user(id)
    const open = this.#open(user, view)
    this.#workspace.views.close(user.id)
    if (!open.notify_on_close) return undefined
    return this.#deliver('interactive', payloads.viewPayload('view_closed', user, open, ''))
  }

  async #deliver(kind: Delivery['kind'], payload: Json): Promise<Gesture> {
    const delivery = await this.#deliveries.send(kind, payload)
    return { delivery, ack: delivery.acks[0] as Ack }
  }

  async #event(event: Json & { ts: string }): Promise<Heard> {
    const event_id = this.#workspace.newId('Ev')
    return { event_id, ...(await this.#deliver('events_api', payloads.eventPayload(event, event_id))) }
  }

  async #hear(event: Json & { ts: string }): Promise<Heard | undefined> {
    return this.#events.includes('message') ? this.#event(event) : undefined
  }

  /** What Slack does with the answer to a submission. */
  #follow(
    user: User,
    view: View,
    answer: { response_action?: string; errors?: Record<string, string>; view?: unknown },
  ) {
    const { response_action: action, errors = {} } = answer
    if (action === undefined) return this.#workspace.views.close(user.id)
    if (action === 'clear') return this.#workspace.views.close(user.id, { all: true })
    if (action === 'update') return void this.#workspace.views.update({ view_id: view.id }, answer.view)
    if (action === 'push') return void this.#workspace.views.push(user.id, answer.view)
    if (action !== 'errors') throw new Misuse('invalid_response_action', [action])
    const inputs = view.blocks.filter((block) => block.type === 'input').map((block) => block.block_id)
    const lost = Object.keys(errors).filter((block) => !inputs.includes(block))
    if (lost.length > 0 || Object.keys(errors).length === 0)
      throw new Misuse('invalid_errors', [`no input block: ${lost}`])
  }

  #judged(where: string, act: () => void) {
    try {
      act()
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.#workspace.violate(error.error, `${where}: ${error.message}`)
    }
  }

  #user(id: string): User {
    const user = this.#workspace.users.get(id)
    if (!user) throw new Error(`no user ${id} in the fake; there are ${[...this.#workspace.users.keys()].join(', ')}`)
    return user
  }

  #at({ user, channel }: { user: string; channel: string }): { user: User; channel: Channel } {
    const found = this.#workspace.channels.get(channel)
    if (!found) throw new Error(`no channel ${channel} in the fake`)
    return { user: this.#user(user), channel: found }
  }

  #post(typed: { user: string; channel: string; thread_ts?: string }, text: string) {
    const { user, channel } = this.#at(typed)
    if (!channel.members.includes(BOT.user_id))
      throw new Error(`the bot is not in ${channel.id} and hears nothing there`)
    const thread = typed.thread_ts !== undefined && { thread_ts: typed.thread_ts }
    return { channel, message: this.#workspace.messages.add({ channel: channel.id, user: user.id, text, ...thread }) }
  }

  #target({ message, view, user }: { message?: Shown; view?: View; user: string }): { message?: Message; view?: View } {
    if (view) return { view: this.#open(this.#user(user), view) }
    if (!message || 'text' in message) return message ? { message } : {}
    const shown = this.#workspace.messages.find(message.channel, message.ts) ?? this.#ephemeral(message)
    if (!shown) throw new Error(`no message ${message.ts} in ${message.channel}`)
    return { message: shown }
  }

  #ephemeral({ channel, ts }: { channel: string; ts: string }): Message | undefined {
    return this.#workspace.messages.ephemerals.find((one) => one.channel === channel && one.ts === ts)
  }

  #open(user: User, view: View): View {
    const { views } = this.#workspace
    const open = [...views.of(user.id), views.home(user.id)].find((one) => one?.id === view.id)
    if (!open) throw new Error(`${user.name} has no view ${view.id} open`)
    return open
  }
}

function found(blocks: Block[], { actionId, blockId }: { actionId: string; blockId?: string }) {
  const all = blocks.flatMap((block) => elementsOf(block).map((element) => ({ block, element })))
  const hits = all.filter(
    ({ block, element }) => element.action_id === actionId && (!blockId || block.block_id === blockId),
  )
  if (hits.length === 1 && hits[0]) return hits[0]
  const there = all.map(({ block, element }) => `${block.block_id}/${element.action_id}`).join(', ')
  throw new Error(`${hits.length} elements named ${actionId}; there are ${there || 'none'}`)
}
