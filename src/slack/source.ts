import type { BlockAction, GlobalShortcut, MessageShortcut, SlashCommand, ViewSubmitAction } from '@slack/bolt'
import type { GestureKind } from './metrics.ts'
import { isNowhere, type Place, placeOf } from './modals.ts'

/** Where a gesture came from, and how to answer it. */
export interface Source extends Place {
  kind: GestureKind
  /** When it came, by performance.now(). */
  receivedAt: number
  /** `command:<trigger_id>`, …: Slack may deliver the same gesture twice. */
  cause: string
  /** The command, or the button's or form's id: what may be logged of what somebody did. */
  what: string
  user: string
  team: string
  userName: string
  /** Opens one modal, within three seconds of the gesture. */
  trigger: string | null
  /** The modal, opened where there is no channel, whose button was pressed: the answer takes its place. Its view's id. */
  modal: string | null
  /** The gesture answers a question that only this person sees; the answer takes its place. */
  question: boolean
}

const some = () => ({
  ...{ thread: null, message: null, trigger: null, modal: null, respondUrl: null, question: false },
  receivedAt: performance.now(),
})

export const fromCommand = (command: SlashCommand): Source => ({
  ...some(),
  kind: 'command',
  cause: `command:${command.trigger_id}`,
  what: command.command,
  user: command.user_id,
  team: command.team_id,
  userName: command.user_name,
  channel: command.channel_id,
  trigger: command.trigger_id,
  respondUrl: command.response_url,
})

export interface Mention {
  event_id: string
  team_id: string
  event: { user: string; channel: string; thread_ts?: string | undefined }
}

export const fromMention = ({ event_id, team_id, event }: Mention): Source => ({
  ...some(),
  kind: 'mention',
  cause: `event:${event_id}`,
  what: 'mention',
  user: event.user,
  team: team_id,
  userName: event.user,
  channel: event.channel,
  thread: event.thread_ts ?? null,
})

/** A button's, in a message, in a modal or in App Home. */
export function fromAction(body: BlockAction): Source {
  const { container, message, view } = body
  const [action] = body.actions
  const own = { kind: 'action', cause: `action:${body.trigger_id}`, what: action?.action_id ?? '' } as const
  const shared = { ...some(), ...fromPerson(body), ...own }
  if (view) {
    const place = placeOf(view)
    const modal = isNowhere(place) && view.type === 'modal' ? view.id : null
    return { ...shared, ...place, modal, trigger: body.trigger_id }
  }
  return {
    ...shared,
    channel: body.channel?.id ?? container.channel_id,
    thread: container.thread_ts ?? message?.thread_ts ?? null,
    message: container.message_ts ?? null,
    trigger: body.trigger_id,
    respondUrl: body.response_url ?? null,
    question: container.is_ephemeral === true,
  }
}

/** A shortcut for the whole of Slack has no channel: a modal answers, as in App Home. */
export const fromShortcut = (body: GlobalShortcut | MessageShortcut): Source => ({
  ...some(),
  kind: 'shortcut',
  what: body.callback_id,
  cause: `shortcut:${body.trigger_id}`,
  user: body.user.id,
  team: body.team?.id ?? body.user.team_id ?? 'unknown',
  userName: ('username' in body.user && body.user.username) || body.user.id,
  channel: 'channel' in body ? body.channel.id : '',
  thread: 'message' in body && typeof body.message.thread_ts === 'string' ? body.message.thread_ts : null,
  message: 'message_ts' in body ? body.message_ts : null,
  trigger: body.trigger_id,
  respondUrl: 'response_url' in body ? body.response_url : null,
})

export const fromView = (body: ViewSubmitAction): Source => ({
  ...some(),
  ...fromPerson(body),
  ...placeOf(body.view),
  kind: 'view',
  cause: `view:${body.view.id}`,
  what: body.view.callback_id,
})

/** What the log tells of a gesture when it ends; of whom, but nothing that they wrote. */
export const endOf = ({ kind, what, user, channel, receivedAt }: Source) => ({
  ...{ kind, what, user, channel },
  ms: Math.round(performance.now() - receivedAt),
})

const fromPerson = ({ user, team }: BlockAction | ViewSubmitAction) => ({
  user: user.id,
  team: team?.id ?? user.team_id ?? 'unknown',
  userName: user.name ?? user.id,
})
