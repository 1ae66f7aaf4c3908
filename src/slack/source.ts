import type { BlockAction, SlashCommand, ViewSubmitAction } from '@slack/bolt'
import type { GestureKind } from './metrics.ts'
import { isHome, type Place, placeOf } from './modals.ts'

/** Where a gesture came from, and how to answer it. */
export interface Source extends Place {
  kind: GestureKind
  /** When it came, by performance.now(). */
  receivedAt: number
  /** `command:<trigger_id>`, …: Slack may deliver the same gesture twice. */
  cause: string
  user: string
  team: string
  userName: string
  /** Opens one modal, within three seconds of the gesture. */
  trigger: string | null
  /** The modal, opened from App Home, whose button was pressed: the answer takes its place. Its view's id. */
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
  user: event.user,
  team: team_id,
  userName: event.user,
  channel: event.channel,
  thread: event.thread_ts ?? null,
})

/** A button's, in a message, in a modal or in App Home. */
export function fromAction(body: BlockAction): Source {
  const { container, message, view } = body
  const shared = { ...some(), ...fromPerson(body), kind: 'action', cause: `action:${body.trigger_id}` } as const
  if (view) {
    const place = placeOf(view)
    const modal = isHome(place) && view.type === 'modal' ? view.id : null
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

export const fromView = (body: ViewSubmitAction): Source => ({
  ...some(),
  ...fromPerson(body),
  ...placeOf(body.view),
  kind: 'view',
  cause: `view:${body.view.id}`,
})

const fromPerson = ({ user, team }: BlockAction | ViewSubmitAction) => ({
  user: user.id,
  team: team?.id ?? user.team_id ?? 'unknown',
  userName: user.name ?? user.id,
})
