import type { Events, Heard } from './events.ts'
import { visible } from './methods/chat.ts'
import { messageEvent } from './payloads.ts'
import { asSent } from './text.ts'
import type { Channel, Json, Message } from './types.ts'
import { BOT, TEAM, type Workspace } from './workspace.ts'

interface Typed {
  user: string
  channel: string
  thread_ts?: string
  text: string
  /** The names of files that are shared with it. */
  files?: string[]
  /** A reply that is shown in the channel, too. */
  broadcast?: boolean
  /** As it reaches Slack, with references and entities; nothing is made of it. */
  verbatim?: boolean
}

interface Place {
  channel: string
  ts: string
}

/** What people write to each other, change, take back and react to. A thrown Error is a mistake in the test. */
export class Talk {
  readonly #workspace: Workspace
  readonly #events: Events

  constructor(workspace: Workspace, events: Events) {
    this.#workspace = workspace
    this.#events = events
  }

  /** Writes in a channel or thread; the bot hears of it as a `message` event. */
  async say(typed: Typed): Promise<{ ts: string; message: Heard | undefined }> {
    const { message, channel } = this.post(typed, this.#sent(typed))
    return { ts: message.ts, message: await this.#events.hear('message', channel, messageEvent(message, channel)) }
  }

  /** The message alone: nobody is told. */
  post({ user, channel: id, thread_ts, files = [], broadcast }: Typed, text: string) {
    const channel = this.#events.channel(id)
    if (!channel.members.includes(BOT.user_id))
      throw new Error(`the bot is not in ${channel.id} and hears nothing there`)
    const subtype = files.length > 0 ? 'file_share' : broadcast ? 'thread_broadcast' : undefined
    const message = this.#workspace.messages.add({
      ...{ channel: channel.id, user: this.#events.user(user).id, text },
      ...(thread_ts !== undefined && { thread_ts }),
      ...(subtype && { subtype }),
      ...(files.length > 0 && { files: files.map((name) => this.#file(user, name)) }),
    })
    return { channel, message }
  }

  /** Changes what a message says. Slack tells of it with both. */
  async edit({ text, user, ...place }: Place & { text: string; user?: string }) {
    const { message, channel } = this.#found(place)
    const before = visible(message)
    this.#workspace.messages.edit(message, { text: asSent(text, this.#workspace, 'message') })
    // Slack knows the second.
    message.edited = { user: user ?? message.user, ts: `${this.#workspace.newTs().split('.')[0]}.000000` }
    return await this.#changed(channel, message, before)
  }

  /** Slack shows what a link in it leads to, which changes no word. */
  async unfurl({ title, ...place }: Place & { title: string }) {
    const { message, channel } = this.#found(place)
    const before = visible(message)
    message.attachments = [{ title, from_url: 'https://example.com', id: 1 }]
    return await this.#changed(channel, message, before)
  }

  /** Takes a message back. One with replies stays as a tombstone, and Slack tells of that as a change. */
  async unsay(place: Place) {
    const { message, channel } = this.#found(place)
    const before = visible(message)
    const replies = this.#workspace.messages.thread(place.channel, place.ts).filter((one) => one !== message)
    if (replies.length === 0) {
      this.#workspace.messages.remove(message)
      const told = { deleted_ts: place.ts, previous_message: before }
      return await this.#events.hear('message', channel, this.#hidden(channel, 'message_deleted', told))
    }
    Object.assign(message, { subtype: 'tombstone', user: 'USLACKBOT', text: 'This message was deleted.' })
    delete message.files
    return await this.#changed(channel, message, before)
  }

  async react({ user, name, ...place }: Place & { user: string; name: string }) {
    const { message, channel } = this.#found(place)
    message.reactions ??= []
    const there = message.reactions.find((reaction) => reaction.name === name)
    if (there?.users.includes(user)) throw new Error(`${user} has reacted with ${name} already`)
    if (there) Object.assign(there, { users: [...there.users, user], count: there.count + 1 })
    else message.reactions.push({ name, users: [this.#events.user(user).id], count: 1 })
    return await this.#reaction('reaction_added', channel, message, { user, name })
  }

  async unreact({ user, name, ...place }: Place & { user: string; name: string }) {
    const { message, channel } = this.#found(place)
    const there = message.reactions?.find((reaction) => reaction.name === name)
    if (!there?.users.includes(user)) throw new Error(`${user} has not reacted with ${name}`)
    Object.assign(there, { users: there.users.filter((one) => one !== user), count: there.count - 1 })
    message.reactions = message.reactions?.filter(({ count }) => count > 0) ?? []
    return await this.#reaction('reaction_removed', channel, message, { user, name })
  }

  #sent({ text, verbatim }: Typed): string {
    return verbatim ? text : asSent(text, this.#workspace, 'message')
  }

  #file(user: string, name: string): Json {
    const id = this.#workspace.newId('F')
    const url = `https://files.slack.com/files-pri/${TEAM.id}-${id}/${name}`
    const permalink = `https://${TEAM.domain}.slack.com/files/${user}/${id}/${name}`
    const shown = { id, name, title: name, mode: 'hosted', size: 1_024, user, permalink, url_private: url }
    return { ...shown, is_external: false, is_public: true, public_url_shared: false, file_access: 'visible' }
  }

  #found({ channel: id, ts }: Place): { message: Message; channel: Channel } {
    const message = this.#workspace.messages.find(id, ts)
    if (!message) throw new Error(`no message ${ts} in ${id}`)
    return { message, channel: this.#events.channel(id) }
  }

  #hidden(channel: Channel, subtype: string, told: Json): Json & { ts: string } {
    const channel_type = channel.is_im ? 'im' : channel.is_private ? 'group' : 'channel'
    const ts = this.#workspace.newTs()
    return { type: 'message', subtype, ...told, channel: channel.id, channel_type, hidden: true, ts }
  }

  async #changed(channel: Channel, message: Message, before: Json) {
    const told = { message: visible(message), previous_message: before }
    return await this.#events.hear('message', channel, this.#hidden(channel, 'message_changed', told))
  }

  async #reaction(
    type: 'reaction_added' | 'reaction_removed',
    channel: Channel,
    message: Message,
    { user, name }: { user: string; name: string },
  ) {
    const item = { type: 'message', channel: channel.id, ts: message.ts }
    const event = { type, user, reaction: name, item, item_user: message.user, event_ts: this.#workspace.newTs() }
    return await this.#events.hear(type, channel, event)
  }
}
