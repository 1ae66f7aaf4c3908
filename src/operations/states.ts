/**
 * The life of a change. planned → people decide → approved → a worker claims it → its intent is written → it was
 * applied, failed, or nobody knows → what the applied change led to.
 */
export const MOVES = {
  planned: ['approved', 'rejected', 'withdrawn', 'expired', 'stale'],
  approved: ['claimed', 'withdrawn', 'expired', 'stale'],
  claimed: ['approved', 'stale', 'intended'],
  intended: ['applied', 'failed', 'unknown'],
  unknown: ['applied', 'failed'],
  applied: ['succeeded', 'failed', 'overridden', 'inconclusive'],
  rejected: [],
  withdrawn: [],
  expired: [],
  stale: [],
  failed: [],
  succeeded: [],
  overridden: [],
  inconclusive: [],
} as const satisfies Record<string, readonly string[]>

export type State = keyof typeof MOVES

export const STATES = Object.keys(MOVES) as State[]

export const canMove = (from: State, to: State): boolean => (MOVES[from] as readonly State[]).includes(to)

/** From claim to outcome an object is one change's alone. */
export const holdsObjects = (state: State): boolean => state === 'claimed' || state === 'intended'

export const isFinal = (state: State): boolean => MOVES[state].length === 0
