import type { WebClient } from '@slack/web-api'
import type { Kysely } from 'kysely'
import { isDatabaseAway } from '../../storage/away.ts'
import type { Log } from '../../storage/log.ts'
import type { Schema } from '../../storage/schema.ts'
import { type Calls, createCalls, pages } from '../calls.ts'
import type { Comings } from './comings.ts'
import type { Hearing } from './hearing.ts'
import type { SlackMessage } from './message.ts'
import type { Reactions } from './reactions.ts'
import type { Refusals } from './refusals.ts'
import { liveRooms, quietRooms, type Room, recordedAmong } from './store.ts'

/** Bounds of one look, however much Slack holds; the next one goes on. */
const MOST = { rooms: 200, pages: 10, messages: 200 }
/** Looked at again before the last message that is on record: what was heard beside it may have failed to be recorded. */
const OVERLAP_S = 900

/**
 * Reads what people wrote in incidents' threads while nobody listened, and has it recorded in its order. Rejects when Slack
 * or the database is away.
 *
 * @returns whether more is left than one look takes
 */
export type BackFill = (signal: AbortSignal) => Promise<boolean>

export function createBackFill({
  db,
  web,
  hearing,
  reactions,
  comings,
  refusals,
  log,
}: {
  db: Kysely<Schema>
  web: WebClient
  hearing: Pick<Hearing, 'found'>
  reactions: Pick<Reactions, 'found'>
  comings: Pick<Comings, 'compare'>
  refusals: Refusals
  log: Log
}): BackFill {
  return async (signal) => {
    let left = false
    const call = createCalls(signal)
    for (const one of await liveRooms(db, MOST.rooms)) if (await fill(one, call)) left = true
    // What is said there is nobody's any more; who may know of it is.
    if (!left)
      for (const { incident, channel } of await quietRooms(db, MOST.rooms))
        await comings.compare(incident, channel, call)
    return left
  }

  async function fill({ incident, channel, ts, last, own }: Room, call: Calls): Promise<boolean> {
    if (own) await comings.compare(incident, channel, call)
    const oldest = last === null ? ts : (Number(last) - OVERLAP_S).toFixed(6)
    const messages = own ? await inChannel(channel, oldest, call) : await inThread({ channel, ts, oldest }, call)
    const names = messages.map((message) => message.ts)
    const recorded = await recordedAmong(db, channel, names)
    for (const message of messages) {
      await attempt(message, async () => {
        if (!recorded.has(message.ts)) await hearing.found(message, { incident, channel })
        await reactions.found(message, { incident, channel })
      })
    }
    const found = (await recordedAmong(db, channel, names)).size - recorded.size
    if (found > 0) log.info({ incident, messages: found }, 'recorded what was said while nobody listened')
    // A look that finds nothing new would find nothing again.
    return found > 0 && messages.length >= MOST.pages * MOST.messages
  }

  /** One message that can't be recorded keeps no other from it. */
  async function attempt({ ts }: SlackMessage, work: () => Promise<void>) {
    try {
      await work()
    } catch (error) {
      if (isDatabaseAway(error)) throw error
      log.error({ err: error, ts }, 'a message that was found in Slack could not be recorded')
    }
  }

  async function inThread({ channel, ts, oldest }: { channel: string; ts: string; oldest: string }, call: Calls) {
    const asked = { channel, ts, oldest, limit: MOST.messages }
    const read = (cursor: object) =>
      call(() => web.conversations.replies({ ...asked, ...cursor }), refusals.in(channel))
    const found: SlackMessage[] = []
    for await (const message of pages(read, MOST.pages)) found.push(message as SlackMessage)
    return inOrder(found.filter((message) => message.ts > oldest))
  }

  /** A channel's history leaves replies out; threads that nobody has written in since are not read. */
  async function inChannel(channel: string, oldest: string, call: Calls) {
    const asked = { channel, limit: MOST.messages }
    const read = (cursor: object) =>
      call(() => web.conversations.history({ ...asked, ...cursor }), refusals.in(channel))
    const roots: SlackMessage[] = []
    for await (const message of pages(read, MOST.pages)) roots.push(message as SlackMessage)
    const found = roots.filter(({ ts }) => ts > oldest)
    for (const { ts, latest_reply = '' } of roots) {
      if (latest_reply > oldest) found.push(...(await inThread({ channel, ts, oldest }, call)))
    }
    return inOrder([...new Map(found.map((message) => [message.ts, message])).values()])
  }
}

const inOrder = (messages: SlackMessage[]): SlackMessage[] => messages.sort((a, b) => (a.ts < b.ts ? -1 : 1))
