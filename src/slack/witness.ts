import type { ConversationsHistoryResponse, WebClient } from '@slack/web-api'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { Sighting } from '../recovery/lost.ts'
import type { Schema } from '../storage/schema.ts'
import { type Calls, createCalls, pages } from './calls.ts'
import type { Metadata } from './projection/lookup.ts'
import { knownChains, liveRoots, unknownRooms } from './store.ts'

type Message = NonNullable<ConversationsHistoryResponse['messages']>[number]
interface Place {
  channel: string
  ts: string
}

/** What was lost was said lately: older threads aren't looked into, but for open incidents'. */
const LATELY_MS = 86_400_000
/** Bounds of one look, however much Slack holds. */
const MOST = { channels: 5, lost: 5, threads: 50, pages: 5, messages: 200 }

/**
 * Reads what our own messages in Slack carry: in the incidents channel, and in the threads of incidents that are open,
 * were busy in the last day, or that the ledger doesn't know; an incident that it lost may have a channel of its own. Somebody else's message is no witness, whatever it carries.
 * Rejects when Slack is away.
 */
export function createWitness(web: WebClient, options: { db: Kysely<Schema>; room: () => string }) {
  return async (signal: AbortSignal): Promise<Sighting[]> => {
    const call = createCalls(signal)
    const since = new Date(Date.now() - LATELY_MS)
    const me = (await call(() => web.auth.test()))?.user_id
    if (!me) throw new Error('Slack does not tell who we are')
    const known = await liveRoots(options.db, since, MOST.threads)
    const busiest = [...new Set([options.room(), ...known.map(({ channel }) => channel)])].slice(0, MOST.channels)
    const lost = await unknownRooms(options.db, await madeBy(me, web, call))
    const channels = [...new Set([...busiest, ...lost.slice(0, MOST.lost)])]
    const sightings: Sighting[] = []
    const roots: (Place & { chains: string[]; repliedAt: number })[] = []
    for (const channel of channels) {
      const asked = { channel, include_all_metadata: true, limit: MOST.messages }
      const page = (cursor: object) => call(() => web.conversations.history({ ...asked, ...cursor }))
      for await (const { user, ts = '', metadata, latest_reply, reply_count = 0 } of pages(page, MOST.pages)) {
        if (user !== me) continue
        const seen = sightingOf(metadata)
        sightings.push(...seen)
        const chains = seen.map(({ chain }) => chain)
        if (reply_count > 0) roots.push({ channel, ts, chains, repliedAt: Number(latest_reply ?? 0) * 1000 })
      }
    }
    const there = await knownChains(options.db)
    const busy = roots.filter(
      ({ chains, repliedAt }) => repliedAt > since.getTime() || !chains.every((c) => there.has(c)),
    )
    const threads = new Map([...busy, ...known].map((place) => [`${place.channel}/${place.ts}`, place]))
    for (const { channel, ts } of [...threads.values()].slice(0, MOST.threads)) {
      const asked = { channel, ts, include_all_metadata: true, limit: MOST.messages }
      const page = (cursor: object) => call(() => web.conversations.replies({ ...asked, ...cursor }))
      for await (const { user, metadata } of pages(page, MOST.pages))
        if (user === me) sightings.push(...sightingOf(metadata))
    }
    return sightings
  }
}

/** The channels that the bot made itself, the newest first; none where Slack doesn't tell. */
async function madeBy(me: string, web: WebClient, call: Calls): Promise<string[]> {
  const asked = { types: 'public_channel,private_channel', exclude_archived: true, limit: 999 }
  const made: { id: string; created: number }[] = []
  for (let n = 0, cursor: string | undefined; n < MOST.pages; n++) {
    const page = await call(() => web.users.conversations({ ...asked, ...(cursor && { cursor }) }))
    for (const { id, creator, created = 0 } of page?.channels ?? [])
      if (creator === me) made.push({ id: String(id), created })
    cursor = page?.response_metadata?.next_cursor
    if (!cursor) break
  }
  return made.sort((a, b) => b.created - a.created).map(({ id }) => id)
}

const Carried = z.object({
  event_type: z.literal('firebreak'),
  event_payload: z.object({
    subject: z.string(),
    chain: z.string(),
    seq: z.int().nonnegative(),
    head: z.string().optional(),
    at: z.number().optional(),
  } satisfies Partial<Record<keyof Metadata['event_payload'], z.ZodType>>),
})

function sightingOf(metadata: Message['metadata']): Sighting[] {
  const carried = Carried.safeParse(metadata)
  if (!carried.success) return []
  const { head, at, ...rest } = carried.data.event_payload
  return [{ ...rest, head: head || null, recordedAt: at ? new Date(at) : null }]
}
