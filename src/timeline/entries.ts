/** Who did it: a person's id (`T012/U0ALICE`) or `firebreak`, and the name as it was then. */
export interface Actor {
  id: string
  name: string
  /** The user id of the account that they used, where that isn't the one of their id. */
  account?: string
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
  | {
      type: 'change.voted'
      plan: number
      hash: string
      decision: 'approve' | 'reject' | 'break_glass'
      role: string
      comment?: string | null
      /** How old the membership was that this rests on, when Slack could not be asked; ISO 8601. */
      asOf?: string | null
    }
  /** These people (ids) were asked to approve, in this round. */
  | { type: 'change.asked'; plan: number; round: number; people: string[] }
  /** Whoever acted looks at the plan: nobody else is asked meanwhile. */
  | { type: 'change.looking'; plan: number }
  /** A person had an effect looked at that nobody knew of. */
  | { type: 'change.observed'; plan: number; observed: string }
  /** A move of the state machine; what it moved to is what happened. */
  | { type: 'change.moved'; from: string; to: string; plan: number; hash: string; detail: string | null }
  /** What was seen while the effect settles: `4/5 ready`. */
  | { type: 'change.progressed'; plan: number; observed: string }
  /** Nothing new is executed, for anybody. */
  | { type: 'operations.held'; reason: string }
  | { type: 'operations.released' }
  /** `person` is an id, `name` what they were called then. */
  | { type: 'person.revoked'; person: string; name: string; reason: string }
  | { type: 'person.reinstated'; person: string; name: string }
  /** What the incident's review has to answer. */
  | { type: 'review.item_raised'; item: number; kind: string; text: string }
  /** `hash` (hex) is of the whole file; `differences` are for people: `policy: + allow: [operator], …`. */
  | { type: 'config.loaded'; hash: string; differences: string[] }
  | { type: 'config.rejected'; problems: string[] }
  /** Ids, by the names that the configuration has for channels: `{ '#incidents': 'C0123' }`. */
  | { type: 'config.channels'; channels: Record<string, string> }
  | { type: 'membership.changed'; group: string; roles: string[]; joined: string[]; left: string[] }
  | { type: 'token.issued'; token: number; person: string; name: string; expiresAt: string }
  | { type: 'token.revoked'; token: number; person: string; name: string }
  /**
   * An Ed25519 signature (base64) of the head of this chain at `seq`, the entry before. `key` is the fingerprint of
   * `publicKey` (base64 of its DER): so every key that ever signed stays on record.
   */
  | { type: 'chain.signed'; seq: number; hash: string; key: string; publicKey: string; signature: string }
  /** What these entries said is gone; that they were there stays. `class` when it was retention that took it. */
  | { type: 'timeline.erased'; entries: number[]; reason: string; class: string | null }
  /** What this entry said was erased. */
  | { type: 'erased'; was: string }
  | { type: 'evidence.exported'; from: string; to: string }
  | { type: 'backup.taken'; chains: number; entries: number }
  | { type: 'recovery.began'; reason: string }
  /** What Slack shows and the ledger lacks, in words; empty when nothing is missing. */
  | { type: 'recovery.compared'; lost: string }
  | { type: 'recovery.ended'; changes: number }

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
