import { setTimeout as delay } from 'node:timers/promises'
import type { ConversationsHistoryResponse, WebClient } from '@slack/web-api'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { Sighting } from '../recovery/lost.ts'
import type { Schema } from '../storage/schema.ts'
import { ask } from './projection/answer.ts'
import type { Metadata } from './projection/lookup.ts'
import { knownChains, liveRoots } from './store.ts'

type Message = NonNullable<ConversationsHistoryResponse['messages']>[number]
type Page = Pick<ConversationsHistoryResponse, 'messages' | 'response_metadata'>
interface Place {
  channel: string
  ts: string
}

/** What was lost was said lately: older threads aren't looked into, but for open incidents'. */
const LATELY_MS = 86_400_000
/** Bounds of one look, however much Slack holds. */
const MOST = { channels: 5, threads: 50, pages: 5, messages: 200 }
/** So many calls at once; then one in so many ms: Slack allows 50 a minute and more (conversations.history, .replies). */
const PACE = { brisk: 20, everyMs: 1_300, rateLimits: 3 }

/**
 * Reads what our own messages in Slack carry: in the incidents channel, and in the threads of incidents that are open,
 * were busy in the last day, or that the ledger doesn't know. Somebody else's message is no witness, whatever it carries.
 * Rejects when Slack is away.
 */
export function createWitness(web: WebClient, options: { db: Kysely<Schema>; room: () => string }) {
  return async (signal: AbortSignal): Promise<Sighting[]> => {
    const call = createCalls(signal)
    const since = new Date(Date.now() - LATELY_MS)
    const me = (await call(() => web.auth.test()))?.user_id
    if (!me) throw new Error('Slack does not tell who we are')
    const known = await liveRoots(options.db, since, MOST.threads)
    const channels = [...new Set([options.room(), ...known.map(({ channel }) => channel)])].slice(0, MOST.channels)
    const sightings: Sighting[] = []
    const roots: (Place & { chains: string[]; repliedAt: number })[] = []
    for (const channel of channels) {
      const asked = { channel, include_all_metadata: true, limit: MOST.messages }
      const page = (cursor: object) => call(() => web.conversations.history({ ...asked, ...cursor }))
      for await (const { user, ts = '', metadata, latest_reply, reply_count = 0 } of pages(page)) {
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
      for await (const { user, metadata } of pages(page)) if (user === me) sightings.push(...sightingOf(metadata))
    }
    return sightings
  }
}

async function* pages(read: (cursor: object) => Promise<Page | null>): AsyncGenerator<Message> {
  let cursor = {}
  for (let n = 0; n < MOST.pages; n++) {
    const page: Page | null = await read(cursor)
    yield* (page?.messages as Message[] | undefined) ?? []
    const next = page?.response_metadata?.next_cursor
    if (!next) return
    cursor = { cursor: next }
  }
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

/** Calls one after the other, at Slack's pace. Null when Slack refuses: the bot is no member there, the thread is gone. */
function createCalls(signal: AbortSignal) {
  let made = 0
  return async <T>(call: () => Promise<T>): Promise<T | null> => {
    for (let limited = 0; ; limited++) {
      if (++made > PACE.brisk) await delay(PACE.everyMs, undefined, { signal })
      signal.throwIfAborted()
      const answer = await ask(call)
      if (answer.kind === 'ok') return answer.value
      if (answer.kind === 'refused') return null
      if (answer.kind === 'unknown' || limited === PACE.rateLimits)
        throw new Error(`Slack can’t be asked: ${answer.kind === 'unknown' ? answer.error : 'rate limited'}`)
      await delay(answer.ms, undefined, { signal })
    }
  }
}
