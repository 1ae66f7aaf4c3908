import type { WebClient } from '@slack/web-api'
import type { Kysely } from 'kysely'
import type { Message } from '../../../templates/message.ts'
import type { Rooms } from '../../incidents/rooms/rooms.ts'
import type { Written } from '../../review/file.ts'
import type { Log } from '../../storage/log.ts'
import type { Schema } from '../../storage/schema.ts'
import type { Entry } from '../../timeline/entries.ts'
import type { Pace } from './pace.ts'
import type { Backoff } from './work.ts'

/** What the messages should say now: read from the tables, rendered by the templates, the same for the same state. */
export interface Sources {
  /** The open incidents: `INC-7`. */
  open(): Promise<string[]>
  /** The card of `INC-7` or `OP-12`; null when there is no such thing. */
  card(subject: string): Promise<Card | null>
  /** What people need to see of a chain: `INC-7`, then its changes that have not ended. Empty when the incident is over. */
  live(chain: string): Promise<string[]>
  /** When the last recovery began: what was recorded before may have been shown though nothing says so; null: none did. */
  recoveredAt(): Promise<Date | null>
  reply(entry: Entry): Promise<Message | null>
  /** What one person is told, and who that is (an id). */
  direct(entry: Entry): Promise<{ person: string; message: Message } | null>
  file(entry: Entry): Promise<Upload | null>
  /** The own channel of the incident that an entry belongs to; null until it is made. */
  roomOf(entry: Entry): Promise<string | null>
  /** The users whom an entry asks into it, and who are still to come. */
  invited(entry: Entry): Promise<string[]>
}

/** Where a root goes: into a channel, to one person (an id), or into a channel that is to be made for it. */
export type Place = { channel: string } | { person: string } | { room: OwnRoom }

/** An incident's own channel. */
export interface OwnRoom {
  incident: number
  /** Without #. */
  name: string
  isPrivate: boolean
  /** When the incident was declared: what is older is none of its channels. */
  since: Date
}

export interface Card {
  /** Where it goes, if it is a root. */
  place: Place
  message: Message
  /** The card that shows how this one fares: of the change that it undoes. */
  shownBy: string | null
}

/** A file for a thread. */
export interface Upload {
  name: string
  title: string
  /** mrkdwn, escaped. */
  comment?: string
  /** Makes its bytes, and lends them: they are there until `use` has ended. */
  lend<T>(use: (written: Written) => Promise<T>): Promise<T>
}

interface Metrics {
  /** `posted`, `edited`, `adopted`, `refused`, `rate_limited`, `unknown`, `lost`, `deleted`. */
  message(outcome: string): void
  /** From the entry to its message, in ms. */
  lag(ms: number): void
}

/** What showing a message takes. */
export interface Tools {
  /** `retries: 0` and `rejectRateLimitedCalls: true`: the projection retries by itself, a post only after a look. */
  web: WebClient
  db: Kysely<Schema>
  sources: Sources
  /** Puts on record what became of an incident's own channel. */
  rooms: Pick<Rooms, 'made' | 'refused' | 'ownerOf'>
  /** Throws (tests) or repairs (production) what is beyond Slack's limits. */
  check(message: Message): Message
  pace: Pace
  backoff: Backoff
  /** Sends a file's bytes. */
  fetch: typeof fetch
  /**
   * After so many ms a request of a process that died has ended: longer than the client's time-out, with time for Slack
   * to show the message.
   */
  inFlightMs: number
  log: Log
  metrics: Metrics
}

/** What one chain's worker adds. */
export interface Desk extends Tools {
  chain: string
  /** Throws when the chain isn't this process's any more, or it is to stop: to be asked before each call that posts. */
  assertMine(): void
  signal: AbortSignal
}
