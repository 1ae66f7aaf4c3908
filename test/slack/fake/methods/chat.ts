import { LIMITS } from '../limits.ts'
import type { Content } from '../messages.ts'
import { Misuse, Refusal } from '../refusal.ts'
import type { Channel, Json, Message } from '../types.ts'
import { BOT, TEAM, type Workspace } from '../workspace.ts'
import { type Method, required } from './method.ts'

const author = { user: BOT.user_id, bot_id: BOT.id, app_id: BOT.app_id }

/** A message as the API returns it; metadata only where it was asked for. */
export function visible(message: Message, { metadata = false } = {}): Json {
  const { edits: _edits, ephemeralTo: _to, channel: _channel, metadata: kept, ...rest } = message
  return { ...structuredClone(rest), team: TEAM.id, ...(metadata && kept && { metadata: kept }) }
}

/** Where a post goes; a user id stands for the direct message with that user. */
function destination(workspace: Workspace, id: string): Channel {
  const channel = workspace.users.has(id) ? workspace.directMessage(id) : workspace.joined(id)
  if (channel.is_archived) throw new Refusal('is_archived')
  return channel
}

/**
 * Slack takes a `thread_ts` that it does not know and files the reply where nobody sees it, and one of a reply, which
 * makes a thread that its clients show wrongly ("avoid using a reply's ts value"). The second is always our mistake.
 */
function threadOf(workspace: Workspace, channel: string, thread_ts: unknown): { thread_ts?: string } {
  if (thread_ts === undefined) return {}
  if (typeof thread_ts !== 'string' || !/^\d+\.\d{6}$/.test(thread_ts)) throw new Misuse('invalid_thread_ts')
  const root = workspace.messages.find(channel, thread_ts)
  if (root?.thread_ts && root.thread_ts !== root.ts)
    workspace.violate('reply_to_a_reply', `thread_ts ${thread_ts} in ${channel} is itself a reply`)
  return { thread_ts }
}

const postMessage: Method = (args, { workspace }) => {
  const channel = destination(workspace, required(args, 'channel').channel)
  const content = args as Content
  workspace.messages.check(content, 'chat.postMessage')
  const thread = threadOf(workspace, channel.id, args.thread_ts)
  const message = workspace.messages.add({
    channel: channel.id,
    ...author,
    ...thread,
    ...(args.reply_broadcast === true && { subtype: 'thread_broadcast' }),
    text: content.text ?? '',
    ...(content.blocks && { blocks: content.blocks }),
    ...(content.attachments && { attachments: content.attachments }),
    ...(content.metadata && { metadata: content.metadata }),
  })
  return { channel: channel.id, ts: message.ts, message: visible(message, { metadata: true }) }
}

const update: Method = (args, { workspace }) => {
  const { channel, ts } = required(args, 'channel', 'ts')
  workspace.channel(channel)
  const message = workspace.messages.own(channel, ts, 'cant_update_message')
  workspace.messages.check(args as Content, 'chat.update', { maxText: LIMITS.message.updatedText })
  workspace.messages.edit(message, args as Content)
  return { channel, ts, text: message.text, message: visible(message) }
}

const postEphemeral: Method = (args, { workspace }) => {
  const { channel, user } = required(args, 'channel', 'user')
  const { id, members } = workspace.joined(channel)
  if (!members.includes(user)) throw new Refusal('user_not_in_channel')
  const content = args as Content
  workspace.messages.check(content, 'chat.postEphemeral')
  const message = workspace.messages.add({
    channel: id,
    ...author,
    ...threadOf(workspace, id, args.thread_ts),
    ephemeralTo: user,
    text: content.text ?? '',
    ...(content.blocks && { blocks: content.blocks }),
  })
  return { message_ts: message.ts }
}

const remove: Method = (args, { workspace }) => {
  const { channel, ts } = required(args, 'channel', 'ts')
  workspace.channel(channel)
  workspace.messages.remove(workspace.messages.own(channel, ts, 'cant_delete_message'))
  return { channel, ts }
}

const getPermalink: Method = (args, { workspace }) => {
  const { channel, message_ts } = required(args, 'channel', 'message_ts')
  workspace.channel(channel)
  const message = workspace.messages.find(channel, message_ts)
  if (!message) throw new Refusal('message_not_found')
  const reply = message.thread_ts && message.thread_ts !== message.ts
  const query = reply ? `?thread_ts=${message.thread_ts}&cid=${channel}` : ''
  const permalink = `https://${TEAM.domain}.slack.com/archives/${channel}/p${message_ts.replace('.', '')}${query}`
  return { channel, permalink }
}

export const chat: Record<string, Method> = {
  'chat.postMessage': postMessage,
  'chat.update': update,
  'chat.postEphemeral': postEphemeral,
  'chat.delete': remove,
  'chat.getPermalink': getPermalink,
}
