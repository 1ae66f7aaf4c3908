import { visible } from './methods/chat.ts'
import type { Block, Channel, Element, Json, Message, User, View } from './types.ts'
import { BOT, TEAM } from './workspace.ts'

const app = { api_app_id: BOT.app_id, token: 'legacy-verification-token' }
const team = { id: TEAM.id, domain: TEAM.domain }
const person = ({ id, name, team_id }: User) => ({ id, username: name, name, team_id })

/** How Slack names the channel to an app that a private one concerns. */
const channelName = ({ is_im, is_private, name }: Channel) =>
  is_im ? 'directmessage' : is_private ? 'privategroup' : name

export function commandPayload(
  { user, channel, command, text }: { user: User; channel: Channel; command: string; text: string },
  answer: { trigger_id: string; response_url: string },
): Json {
  return {
    ...app,
    ...answer,
    team_id: user.team_id,
    team_domain: TEAM.domain,
    channel_id: channel.id,
    channel_name: channelName(channel),
    user_id: user.id,
    user_name: user.name,
    command,
    text,
    is_enterprise_install: 'false',
  }
}

export function eventPayload(event: Json & { ts: string }, id: string): Json {
  return {
    ...app,
    type: 'event_callback',
    team_id: TEAM.id,
    event: { ...event, event_ts: event.ts },
    event_id: id,
    event_time: Math.floor(Number(event.ts)),
    authorizations: [
      { enterprise_id: null, team_id: TEAM.id, user_id: BOT.user_id, is_bot: true, is_enterprise_install: false },
    ],
    is_ext_shared_channel: false,
  }
}

/** What was typed into a channel, as the Events API tells it. */
export function messageEvent(message: Message, channel: Channel): Json & { ts: string } {
  const { type, user, text, ts, thread_ts, bot_id, app_id } = message
  const channel_type = channel.is_im ? 'im' : channel.is_private ? 'group' : 'channel'
  const common = { type, user, text, ts, channel: channel.id, channel_type, team: TEAM.id }
  return { ...common, ...(thread_ts && { thread_ts }), ...(bot_id && { bot_id, app_id }) }
}

interface Click {
  user: User
  block: Block
  element: Element
  /** What the click chose, such as `{ value }` or `{ selected_option }`. */
  chosen: Json
  trigger_id: string
  action_ts: string
}

function clicked({ user, block, element, chosen, trigger_id, action_ts }: Click): Json {
  const { type, action_id, text } = element
  const action = {
    type,
    action_id,
    block_id: block.block_id,
    ...(text !== undefined && { text }),
    ...chosen,
    action_ts,
  }
  const common = { ...app, type: 'block_actions', team, user: person(user), trigger_id, enterprise: null }
  return { ...common, is_enterprise_install: false, actions: [action] }
}

/** Slack sends no `message` with a click on an ephemeral one. */
export function messageClickPayload(
  click: Click & { message: Message; channel: Channel; state: Json; response_url: string },
): Json {
  const { message, channel, state, response_url } = click
  const is_ephemeral = message.ephemeralTo !== undefined
  const { ts: message_ts, thread_ts } = message
  const container = {
    type: 'message',
    message_ts,
    channel_id: channel.id,
    is_ephemeral,
    ...(thread_ts && { thread_ts }),
  }
  return {
    ...clicked(click),
    container,
    channel: { id: channel.id, name: channelName(channel) },
    ...(!is_ephemeral && { message: visible(message, { metadata: true }) }),
    state: { values: state },
    response_url,
  }
}

export function viewClickPayload(click: Click & { view: View }): Json {
  const { view } = click
  return { ...clicked(click), container: { type: 'view', view_id: view.id }, view: structuredClone(view) }
}

export function globalShortcutPayload(user: User, callback_id: string, trigger_id: string, action_ts: string): Json {
  return {
    ...app,
    type: 'shortcut',
    team,
    user: shortcutUser(user),
    callback_id,
    trigger_id,
    action_ts,
    enterprise: null,
  }
}

export function messageShortcutPayload(used: {
  user: User
  callbackId: string
  trigger_id: string
  action_ts: string
  message: Message
  channel: Channel
  response_url: string
}): Json {
  const { user, callbackId: callback_id, trigger_id, action_ts, message, channel, response_url } = used
  const about = { message_ts: message.ts, message: visible(message, { metadata: true }) }
  const place = { channel: { id: channel.id, name: channelName(channel) }, response_url }
  return {
    ...app,
    type: 'message_action',
    team,
    user: shortcutUser(user),
    callback_id,
    trigger_id,
    action_ts,
    ...about,
    ...place,
  }
}

/** As Slack tells of people in shortcuts. */
const shortcutUser = (user: User) => ({ id: user.id, username: user.name, team_id: user.team_id })

export function viewPayload(type: 'view_submission' | 'view_closed', user: User, view: View, trigger_id: string): Json {
  const common = { ...app, type, team, user: person(user), view: structuredClone(view), enterprise: null }
  return type === 'view_submission'
    ? { ...common, trigger_id, response_urls: [], is_enterprise_install: false }
    : { ...common, is_cleared: false, is_enterprise_install: false }
}
