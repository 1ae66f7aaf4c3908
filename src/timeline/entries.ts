import type { AdministrationBody } from './entries/administration.ts'
import type { ConversationBody } from './entries/conversation.ts'
import type { IncidentBody } from './entries/incident.ts'
import type { OperationBody } from './entries/operation.ts'

/** Who did it: a person's id (`T012/U0ALICE`) or `firebreak`, and the name as it was then. */
export interface Actor {
  id: string
  name: string
  /** The user id of the account that they used, where that isn't the one of their id. */
  account?: string
}

export const FIREBREAK: Actor = { id: 'firebreak', name: 'Firebreak' }

/** Everything that the ledger can say. Plain JSON: an export holds these as they are. */
export type EntryBody = IncidentBody | ConversationBody | OperationBody | AdministrationBody

export type EntryType = EntryBody['type']

export interface NewEntry {
  /** What it is about: `INC-7`, `OP-12`. */
  subject: string
  actor: Actor
  /** When it happened, if that isn't now. */
  occurredAt?: Date
  body: EntryBody
}

export interface Entry extends NewEntry {
  chain: string
  seq: number
  occurredAt: Date
  recordedAt: Date
  cause: string | null
  /** Hex, SHA-256 of the entry's canonical bytes. */
  hash: string
}
