import { Misuse, Refusal } from '../refusal.ts'
import type { Channel, Json, Message } from '../types.ts'
import { BOT, type Workspace } from '../workspace.ts'
import { visible } from './chat.ts'
import { type Method, page, required } from './method.ts'

/** Messages between `oldest` and `latest`; the bounds themselves only when `inclusive`. */
function within(messages: Message[], { oldest, latest, inclusive }: Json): Message[] {
  const [from, to] = [Number(oldest ?? 0), Number(latest ?? Number.POSITIVE_INFINITY)]
  return messages.filter(({ ts }) => {
    const at = Number(ts)
    return inclusive === true ? at >= from && at <= to : at > from && at < to
  })
}

/** A root that has replies carries their count and itself as `thread_ts`. */
function withReplies(workspace: Workspace, message: Message, metadata: boolean): Json {
  const replies = workspace.messages.thread(message.channel, message.ts).filter((reply) => reply !== message)
  if (replies.length === 0) return visible(message, { metadata })
  const reply_users = [...new Set(replies.map((reply) => reply.user))]
  return {
    ...visible(message, { metadata }),
    thread_ts: message.ts,
    reply_count: replies.length,
    reply_users,
    reply_users_count: reply_users.length,
    latest_reply: replies.at(-1)?.ts,
  }
}

function listing(workspace: Workspace, messages: Message[], args: Json): Json {
  const { items, more, next_cursor } = page(messages, args)
  return {
    messages: items.map((message) => withReplies(workspace, message, args.include_all_metadata === true)),
    has_more: more,
    ...(more && { response_metadata: { next_cursor } }),
  }
}

/** Newest first, replies left out. */
const history: Method = (args, { workspace }) => {
  const { id } = workspace.joined(required(args, 'channel').channel)
  return listing(workspace, within(workspace.messages.channel(id), args).reverse(), args)
}

/** The root first, whatever the bounds. The ts of a reply gives that reply alone. */
const replies: Method = (args, { workspace }) => {
  const { channel, ts } = required(args, 'channel', 'ts')
  workspace.joined(channel)
  const [root, ...rest] = workspace.messages.thread(channel, ts)
  if (root?.ts !== ts) throw new Refusal('thread_not_found')
  return listing(workspace, [root, ...within(rest, args)], args)
}

function described(channel: Channel): Json {
  const { id, name, is_private, is_im, is_archived, members, creator, created } = channel
  if (is_im) return { id, is_im, is_archived, user: members.find((member) => member !== BOT.user_id) }
  const is_member = members.includes(BOT.user_id)
  const { is_ext_shared = false, is_pending_ext_shared = false, is_org_shared = false } = channel
  const shared = { is_shared: is_ext_shared || is_org_shared, is_ext_shared, is_pending_ext_shared, is_org_shared }
  const kind = { is_channel: !is_private, is_private, is_im, is_archived }
  return { id, name, name_normalized: name, creator, created, ...kind, ...shared, is_member }
}

/** Slack pages before it leaves out what was not asked for: a page may hold less, or nothing, and yet have a next one. */
function channelsOf(args: Json, channels: Channel[]): Json {
  const types = String(args.types ?? 'public_channel').split(',')
  const { items, next_cursor } = page(channels, args, 999)
  const wanted = items.filter(
    ({ is_im, is_private, is_archived }) =>
      !is_im &&
      types.includes(is_private ? 'private_channel' : 'public_channel') &&
      !(args.exclude_archived === true && is_archived),
  )
  return { channels: wanted.map(described), response_metadata: { next_cursor } }
}

const isMember = ({ members }: Channel) => members.includes(BOT.user_id)

const list: Method = (args, { workspace }) =>
  channelsOf(
    args,
    [...workspace.channels.values()].filter((channel) => !channel.is_private || isMember(channel)),
  )

const ofTheBot: Method = (args, { workspace }) => channelsOf(args, [...workspace.channels.values()].filter(isMember))

const info: Method = (args, { workspace }) => {
  const channel = workspace.channel(required(args, 'channel').channel)
  const count = args.include_num_members === true && { num_members: channel.members.length }
  return { channel: { ...described(channel), ...count } }
}

const members: Method = (args, { workspace }) => {
  const channel = workspace.channel(required(args, 'channel').channel)
  const { items, next_cursor } = page(channel.members, args)
  return { members: items, response_metadata: { next_cursor } }
}

const open: Method = (args, { workspace }) => {
  const users = String(args.users ?? '').split(',')
  if (users.length !== 1 || users[0] === '')
    throw new Misuse('invalid_arguments', ['the fake opens one user at a time'])
  const { id } = workspace.directMessage(String(users[0]))
  return { channel: { id } }
}

/** A channel's name: at most 80 small letters, digits, hyphens and underscores. */
const create: Method = (args, { workspace }) => {
  const { name } = required(args, 'name')
  if (name.length > 80) throw new Misuse('invalid_name_maxlength', [name])
  if (!/^[a-z0-9_-]+$/.test(name)) throw new Misuse('invalid_name_specials', [name])
  return { channel: described(workspace.createChannel(name, args.is_private === true)) }
}

const invite: Method = (args, { workspace }) => {
  const { channel: id, users } = required(args, 'channel', 'users')
  const channel = workspace.joined(id)
  if (channel.is_archived) throw new Refusal('is_archived')
  for (const user of users.split(',')) {
    if (user === BOT.user_id) throw new Refusal('cant_invite_self')
    if (workspace.user(user).deleted) throw new Refusal('cant_invite')
    workspace.enter(channel, user)
  }
  return { channel: described(channel) }
}

export const conversations: Record<string, Method> = {
  'conversations.history': history,
  'conversations.replies': replies,
  'conversations.info': info,
  'conversations.list': list,
  'conversations.members': members,
  'conversations.open': open,
  'conversations.create': create,
  'conversations.invite': invite,
  'users.conversations': ofTheBot,
}
