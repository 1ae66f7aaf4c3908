import type { Deliveries } from './deliveries.ts'
import * as payloads from './payloads.ts'
import type { Ack, Channel, Delivery, Json, User } from './types.ts'
import { BOT, type Workspace } from './workspace.ts'

export const SUBSCRIPTIONS = [
  ...(['app_mention', 'message', 'reaction_added', 'reaction_removed'] as const),
  ...(['member_joined_channel', 'member_left_channel'] as const),
]
export type Subscription = (typeof SUBSCRIPTIONS)[number]

export interface Gesture {
  ack: Ack
  delivery: Delivery
}

/** What the bot was told of something; nothing when it does not subscribe to such events, or is not in the channel. */
export interface Heard extends Gesture {
  event_id: string
}

/** What Slack tells the bot, by itself or because somebody did something. */
export class Events {
  readonly #workspace: Workspace
  readonly #deliveries: Deliveries
  readonly #subscriptions: readonly Subscription[]

  constructor(parts: { workspace: Workspace; deliveries: Deliveries; subscriptions: readonly Subscription[] }) {
    this.#workspace = parts.workspace
    this.#deliveries = parts.deliveries
    this.#subscriptions = parts.subscriptions
  }

  /** Whatever the bot subscribes to. */
  async send(event: Json & ({ ts: string } | { event_ts: string })): Promise<Heard> {
    const event_id = this.#workspace.newId('Ev')
    const delivery = await this.#deliveries.send('events_api', payloads.eventPayload(event, event_id))
    return { event_id, delivery, ack: delivery.acks[0] as Ack }
  }

  subscribes(type: Subscription): boolean {
    return this.#subscriptions.includes(type)
  }

  /** What happened in a channel. */
  async hear(
    type: Subscription,
    channel: Channel,
    event: Json & ({ ts: string } | { event_ts: string }),
  ): Promise<Heard | undefined> {
    return this.subscribes(type) && channel.members.includes(BOT.user_id) ? await this.send(event) : undefined
  }

  user(id: string): User {
    const user = this.#workspace.users.get(id)
    if (!user) throw new Error(`no user ${id} in the fake; there are ${[...this.#workspace.users.keys()].join(', ')}`)
    return user
  }

  channel(id: string): Channel {
    const found = this.#workspace.channels.get(id)
    if (!found) throw new Error(`no channel ${id} in the fake`)
    return found
  }
}
