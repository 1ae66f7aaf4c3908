/** What is done to Firebreak itself: rights, configuration, the ledger. */
export type AdministrationBody =
  /** Nothing new is executed, for anybody. */
  | { type: 'operations.held'; reason: string }
  | { type: 'operations.released' }
  /** `person` is an id, `name` what they were called then. */
  | { type: 'person.revoked'; person: string; name: string; reason: string }
  | { type: 'person.reinstated'; person: string; name: string }
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
