/** Who did it: a person's id (`T012/U0ALICE`) or `firebreak`, and the name as it was then. */
export interface Actor {
  id: string
  name: string
}

export const FIREBREAK: Actor = { id: 'firebreak', name: 'Firebreak' }

/** Everything that the ledger can say. Plain JSON: an export holds these as they are. */
export type EntryBody =
  | {
      type: 'incident.opened'
      title: string
      severity: string
      kind: string
      visibility: string
      service: string | null
      channel: string
      commander: string
    }
  | { type: 'incident.status_changed'; from: string; to: string; cause: string | null; fix: string | null }
  | { type: 'incident.exported'; format: 'md' | 'json'; through: number; zone: string }
  | {
      type: 'operation.read'
      /** As it was typed: `logs checkout --tail 100`. */
      line: string
      operation: string
      service: string
      target: string
      environment: string
      /** Something here wants a person's eye. */
      alarming: boolean
      finding: string
      detail: string
    }
  | { type: 'operation.refused'; line: string; code: string; reason: string }
  | {
      type: 'change.planned'
      line: string
      operation: string
      version: number
      service: string
      target: string
      environment: string
      tier: string
      plan: number
      hash: string
      steps: { object: string; before: string; after: string }[]
      warnings: string[]
      undoes: string | null
      approveBy: string
    }
  | { type: 'change.voted'; plan: number; hash: string; decision: 'approve' | 'reject'; role: string }
  /** A move of the state machine; what it moved to is what happened. */
  | { type: 'change.moved'; from: string; to: string; plan: number; hash: string; detail: string | null }
  /** What was seen while the effect settles: `4/5 ready`. */
  | { type: 'change.progressed'; plan: number; observed: string }

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
