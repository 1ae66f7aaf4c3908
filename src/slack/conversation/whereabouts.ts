import type { WebClient } from '@slack/web-api'
import type { Kysely } from 'kysely'
import type { Place } from '../../incidents/conversation/message.ts'
import type { Schema } from '../../storage/schema.ts'
import { createCalls } from '../calls.ts'
import type { SlackMessage } from './message.ts'
import type { Refusals } from './refusals.ts'
import { holdsIncidents, incidentOf } from './store.ts'

/** Finds a message of which no more is known than where it is, as a reaction tells. Both reject when Slack is away. */
export interface Whereabouts {
  /** The very message, as it is now; null when it is gone, or Slack does not let us read there. */
  read(place: Place): Promise<SlackMessage | null>
  /** The incident that it belongs to. Slack is asked for its thread only where it isn't on record, and may belong to one. */
  incident(place: Place): Promise<number | null>
}

export function createWhereabouts({
  db,
  web,
  signal,
  refusals,
}: {
  db: Kysely<Schema>
  web: WebClient
  /** Ends what waits for Slack. */
  signal: AbortSignal
  refusals: Refusals
}): Whereabouts {
  /** By its own ts: a reply is never taken for its root, which Slack may send along. */
  async function read({ channel, ts }: Place): Promise<SlackMessage | null> {
    const bounds = { oldest: ts, latest: ts, inclusive: true, limit: 10 }
    const call = createCalls(signal)
    const page = await call(() => web.conversations.replies({ channel, ts, ...bounds }), refusals.in(channel))
    const messages = (page?.messages ?? []) as SlackMessage[]
    return messages.find((message) => message.ts === ts) ?? null
  }

  return {
    read,
    async incident(place) {
      const known = await incidentOf(db, { ...place, thread: null })
      if (known) return known.incident
      const message = (await holdsIncidents(db, place.channel)) ? await read(place) : null
      const found = message && (await incidentOf(db, { ...place, thread: message.thread_ts ?? null }))
      return found?.incident ?? null
    },
  }
}
