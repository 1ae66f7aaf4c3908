import type { ChangeOperation, Draft, Tier, Value } from './operation.ts'
import type { State } from './states.ts'

export const changeName = (id: number): string => `OP-${id}`

/** `OP-12`, `op-12` or `12`; null for anything else. */
export function parseChangeName(text: string): number | null {
  const match = /^(?:OP-)?([1-9]\d{0,8})$/i.exec(text)
  return match ? Number(match[1]) : null
}

/** What people approve: its canonical JSON (RFC 8785) is hashed, and a vote is for that hash. */
export interface Plan extends Draft {
  change: string
  incident: string | null
  world: string
  requester: string
  operation: string
  version: number
  service: string
  target: string
  environment: string
  args: Record<string, Value>
  undoes: string | null
  tier: Exclude<Tier, 'read'>
  /** Why the tier is lower than the operation's own: the bounds that approve it in advance. */
  lowered: string | null
  /** How it can be taken back: by the same operation, not at all, or there is nothing to take back. */
  wayBack: ChangeOperation['wayBack']
  /** The policy lines that allowed it, not the whole policy: an unrelated edit must not void it. */
  rules: string[]
  /** When it was asked for, ISO 8601: planned again to be run, it is the same. */
  at: string
  nonce: string
  /** ISO 8601. */
  approveBy: string
  executeBy: string
}

export interface Vote {
  person: string
  /** break_glass: by one person alone, who has to answer for it in the review. */
  decision: 'approve' | 'reject' | 'break_glass'
  at: Date
  comment: string | null
  /** How old the membership was that this rests on, when Slack could not be asked. */
  rolesAsOf: Date | null
}

/** Somebody was asked to approve; an empty person: nobody was left to ask. */
interface Ask {
  round: number
  /** A person's id, or a user group's. */
  person: string
  at: Date
}

/** A change with its current plan: what a card shows and what the engine acts on. */
export interface Change {
  /** 12; people read `OP-12`. */
  id: number
  chain: string
  incident: number | null
  /** Where it was asked for. */
  channel: string
  requester: string
  operation: string
  version: number
  /** As it was typed: `scale checkout 5`. */
  line: string
  args: Record<string, Value>
  service: string
  target: string
  environment: string
  undoes: number | null
  state: State
  /** Number and hash (hex) of the current plan. */
  planNumber: number
  planHash: string
  plan: Plan
  votes: Vote[]
  /** In their order. */
  asks: Ask[]
  /** Whoever said last that they look at the plan, and when. */
  looker: string | null
  lookingSince: Date | null
  /** The change that this one asks for again, and why that came to nothing. */
  replaces: { id: number; detail: string | null } | null
  epoch: number
  requestedAt: Date
  approveBy: Date
  executeBy: Date
  /** Verification gives up at this time. */
  verifyUntil: Date | null
  finishedAt: Date | null
  /** Why it is in this state, or what was last seen: `4/5 ready`. */
  detail: string | null
  /** How the service was just before the effect. */
  seenBefore: string | null
  /** How many of its steps were applied, as far as is known. */
  applied: number
  /** The changes that undo this one, newest last. */
  undoneBy: { id: number; state: State }[]
}
