import type { Kysely } from 'kysely'
import { type Place, type Said, timeOf } from '../../incidents/conversation/message.ts'
import type { Messages } from '../../incidents/conversation/messages.ts'
import type { Schema } from '../../storage/schema.ts'
import {
  filesOf,
  foundVersion,
  isPersons,
  isTombstone,
  type MessageEvent,
  type SlackMessage,
  versionOf,
} from './message.ts'
import type { People } from './people.ts'
import { incidentOf } from './store.ts'
import { toWords } from './words.ts'

/** Finds out in which incident something was said, by whom, and in plain words; and has it recorded. */
export interface Hearing {
  /** What Slack told of a message in a channel; nothing, when it belongs to no incident or no person wrote it. */
  heard(event: MessageEvent, cause: string): Promise<void>
  /** A message of an incident that was found in Slack, as it is now. */
  found(message: SlackMessage, at: { incident: number; channel: string }): Promise<void>
}

export function createHearing({
  db,
  messages,
  people,
}: {
  db: Kysely<Schema>
  messages: Messages
  people: People
}): Hearing {
  const said = async (message: SlackMessage): Promise<Said> => ({
    text: await toWords(message.text ?? '', people.names),
    files: filesOf(message),
  })
  const incidentAt = (channel: string, { ts, thread_ts }: SlackMessage) =>
    incidentOf(db, { channel, ts, thread: thread_ts ?? null })

  async function post(message: SlackMessage, at: { incident: number; channel: string; cause: string }) {
    if (!isPersons(message)) return
    const { incident, channel, cause } = at
    const author = await people.who(message.user)
    if (author.standing === 'bot') return
    const whole = { channel, ts: message.ts, ...(await said(message)) }
    await messages.posted({ incident, cause, author, message: whole, version: foundVersion(message) })
  }

  async function change({ channel, message, previous_message: previous, event_ts }: MessageEvent, cause: string) {
    if (!message) return
    if (isTombstone(message)) return await remove({ channel, ts: message.ts }, previous, { cause, event_ts })
    if (!isPersons(message)) return
    const found = await incidentAt(channel, message)
    if (!found) return
    const author = await people.who(message.user)
    if (author.standing === 'bot') return
    await messages.edited({
      ...{ incident: found.incident, cause, author, at: timeOf(event_ts), version: versionOf(message, event_ts) },
      editor: message.edited?.user ? await people.who(message.edited.user) : author,
      message: { channel, ts: message.ts, ...(await said(message)) },
      before: previous && isPersons(previous) ? await said(previous) : null,
    })
  }

  async function remove(
    place: Place,
    previous: SlackMessage | undefined,
    { cause, event_ts }: { cause: string; event_ts: string },
  ) {
    if (previous && !isPersons(previous)) return
    const found = await incidentAt(place.channel, previous ?? place)
    if (!found) return
    const author = previous ? await people.who(previous.user) : found.author && (await people.recorded(found.author))
    if (!author || author.standing === 'bot') return
    const before = previous ? await said(previous) : null
    await messages.deleted({ incident: found.incident, cause, author, place, before, at: timeOf(event_ts) })
  }

  return {
    async heard(event, cause) {
      const { channel, subtype, event_ts, previous_message } = event
      // A conversation of two is nobody else's.
      if (!/^[CG]/.test(channel)) return
      if (subtype === 'message_changed') return await change(event, cause)
      if (subtype === 'message_deleted') {
        const ts = event.deleted_ts ?? previous_message?.ts
        return ts === undefined ? undefined : await remove({ channel, ts }, previous_message, { cause, event_ts })
      }
      if (!isPersons(event)) return
      const found = await incidentAt(channel, event)
      if (found) await post(event, { incident: found.incident, channel, cause })
    },

    found: (message, { incident, channel }) =>
      post(message, { incident, channel, cause: `message:${channel}:${message.ts}` }),
  }
}
