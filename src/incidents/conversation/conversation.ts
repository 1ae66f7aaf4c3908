import type { Kysely } from 'kysely'
import type { Schema } from '../../storage/schema.ts'
import type { Ledger } from '../../timeline/ledger.ts'
import { createRooms, type Rooms } from '../rooms/rooms.ts'
import { keepListening } from './listening.ts'
import { createMarks, type Marks } from './marks.ts'
import { createMessages, type Messages } from './messages.ts'

/** What people say to each other in incidents, on record. */
export interface Conversation {
  messages: Messages
  marks: Marks
  rooms: Rooms
  /** Slack is heard now: `keepListening`. */
  listening(everyMs: number): Promise<boolean>
}

export const createConversation = (db: Kysely<Schema>, ledger: Ledger): Conversation => ({
  messages: createMessages(ledger),
  marks: createMarks(db, ledger),
  rooms: createRooms(db, ledger),
  listening: (everyMs) => keepListening(db, ledger, everyMs),
})
