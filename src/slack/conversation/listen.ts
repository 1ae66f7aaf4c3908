import type { App } from '@slack/bolt'
import type { Log } from '../../storage/log.ts'
import { failureOf } from '../../timeline/failures.ts'
import type { Gestures } from '../gestures.ts'
import type { Attention } from './attention.ts'
import type { Comings } from './comings.ts'
import type { Hearing } from './hearing.ts'
import type { MessageEvent } from './message.ts'
import type { ReactionEvent, Reactions } from './reactions.ts'
import { Turns } from './turns.ts'

/** Whom what people say to each other is for. */
export interface Overheard {
  hearing: Hearing
  reactions: Reactions
  comings: Pick<Comings, 'came' | 'went'>
  attention: Pick<Attention, 'lost'>
  gestures: Pick<Gestures, 'track'>
  log: Log
}

/** Hears what people write to each other and mark, in the channels that the bot is in. Bolt has acknowledged it already. */
export function hearConversation(app: App, { hearing, reactions, comings, attention, gestures, log }: Overheard): void {
  const turns = new Turns()

  const take = (cause: string, work: () => Promise<void>): Promise<void> =>
    gestures.track(work().catch((error) => explain(error, cause)))

  /** What was said is never in the log. */
  function explain(error: unknown, cause: string) {
    switch (failureOf(error).kind) {
      case 'duplicate':
        return
      case 'away':
        return attention.lost(error)
      case 'failed':
        return log.error({ err: error, cause }, 'what was said could not be recorded')
    }
  }

  app.event('message', async ({ event, body }) => {
    const told = event as MessageEvent
    const cause = `event:${body.event_id}`
    // Recorded as it was said: a message before its answer, and before its edit.
    await take(cause, () => turns.take(told.channel, () => hearing.heard(told, cause)))
  })
  app.event('reaction_added', async ({ event, body }) => {
    const cause = `event:${body.event_id}`
    await take(cause, () => reactions.added(event as ReactionEvent, cause))
  })
  app.event('reaction_removed', async ({ event, body }) => {
    const cause = `event:${body.event_id}`
    await take(cause, () => reactions.removed(event as ReactionEvent, cause))
  })
  app.event('member_joined_channel', async ({ event, body }) => {
    const cause = `event:${body.event_id}`
    await take(cause, () => turns.take(event.channel, () => comings.came(event, cause)))
  })
  app.event('member_left_channel', async ({ event, body }) => {
    const cause = `event:${body.event_id}`
    await take(cause, () => turns.take(event.channel, () => comings.went(event, cause)))
  })
}
