import type { State } from '../../src/operations/states.ts'
import type { Fault } from './world.ts'

/**
 * What should be, written apart from the engine: plain data, and what follows from it. model-gestures.ts has what people
 * do, model-work.ts what workers do.
 */
export type Who = 'alice' | 'bob' | 'carol' | 'dan' | 'eve'
export type Operated = 'turn' | 'pull' | 'flip'
type Decision = 'approve' | 'reject' | 'break_glass'

/** The configuration that both sides are given: who holds what, and the bounds of the one service. */
export const OPERATORS: Who[] = ['alice', 'bob']
export const APPROVERS: Who[] = ['bob', 'carol']
export const OWNERS: Who[] = ['carol']
/** They hold, release, revoke and break the glass. */
export const DUTY: Who[] = ['carol', 'dan']
export const ON_CALL: Who = 'alice'
export const GUESTS: Who[] = ['eve']
/** Turned within them, the dial needs nobody but whoever is on call. */
export const BOUNDS = { min: 1, max: 9 }

export interface ModelDial {
  uid: number
  value: number
  observable: boolean
  /** How often Firebreak changed it, or pulled it. */
  effects: number
}

export interface ModelStep {
  dial: number
  uid: number
  from: number
  to: number
  outcome: 'applied' | 'failed' | 'unknown' | null
}

export interface ModelChange {
  id: number
  by: Who
  operation: Operated
  value: number
  /** The dials that a flip is for; null: all. */
  only: number[] | null
  /** As it is typed: what tells whether two ask for the same. */
  line: string
  alone: boolean
  undoes: number | null
  tier: 'low' | 'guarded' | 'critical'
  lowered: boolean
  state: State
  /** As they were approved, and as they were run. */
  plan: ModelStep[]
  run: ModelStep[]
  votes: Partial<Record<Who, Decision>>
  /** How often people were asked, and whether the last time is just over. */
  asks: number
  askedLately: boolean
  looker: Who | null
  /** Its time to be approved, or to be run, is over. */
  overdue: boolean
  /** A worker has it that gives no sign of life, and its lease has not run out yet. */
  leased: boolean
  /** Its time to settle is over. */
  unsettled: boolean
}

export interface Model {
  dials: ModelDial[]
  health: 'settled' | 'settling' | 'failed'
  faults: Fault[]
  incidentOpen: boolean
  held: boolean
  revoked: Who[]
  reviewItems: number
  changes: ModelChange[]
}

export const newModel = (): Model => ({
  dials: [0, 1, 2].map((uid) => ({ uid, value: 3, observable: true, effects: 0 })),
  ...{ health: 'settled', faults: [], incidentOpen: true, held: false, revoked: [], reviewItems: 0, changes: [] },
})

export const holds = (model: Model, who: Who, role: Who[]): boolean =>
  role.includes(who) && !model.revoked.includes(who)
export const find = (model: Model, id: number): ModelChange => model.changes.find((c) => c.id === id) as ModelChange

export interface Wanted {
  by: Who
  operation: Operated
  value: number
  only?: number[] | null
  line: string
  alone: boolean
}

export const isApplied = ({ outcome }: ModelStep): boolean => outcome === 'applied'

const OVER: State[] = ['rejected', 'withdrawn', 'expired', 'stale', 'failed', 'succeeded', 'overridden', 'inconclusive']
export const isOver = ({ state }: ModelChange): boolean => OVER.includes(state)

/** The steps that it takes from how the dials are now. */
export function planned(model: Model, { operation, value, only }: Pick<ModelChange, 'operation' | 'value' | 'only'>) {
  const step = (dial: number, to: number): ModelStep => {
    const { uid, value: from } = model.dials[dial] as ModelDial
    return { dial, uid, from, to, outcome: null }
  }
  if (operation === 'pull') return [step(0, 0)]
  const meant = operation === 'turn' ? [0] : [0, 1, 2].filter((dial) => only?.includes(dial) ?? true)
  return meant.map((dial) => step(dial, value)).filter(({ from }) => from !== value)
}

/** The object is as this step left it. */
export const isLeft = ({ dials }: Model, { dial, uid, to }: ModelStep): boolean =>
  dials[dial]?.uid === uid && dials[dial].value === to

/** Turned within the bounds, in the open incident, by who is on call. */
export const isPreapproved = (
  model: Model,
  { by, operation, value, alone }: Omit<Wanted, 'only' | 'line'>,
): boolean => {
  const within = operation === 'turn' && value >= BOUNDS.min && value <= BOUNDS.max
  return within && by === ON_CALL && !alone && model.incidentOpen
}

/** Others than its requester decide, and nobody on what only waits for its requester. */
export const mayDecide = (model: Model, who: Who, { by, tier }: ModelChange): boolean =>
  tier !== 'low' && who !== by && holds(model, who, APPROVERS)

/** Whoever asked for it would get it on the same terms now. */
export const mayStill = (model: Model, change: ModelChange): boolean =>
  holds(model, change.by, OPERATORS) && (!change.lowered || isPreapproved(model, change))

export function isApproved(model: Model, { tier, votes }: ModelChange): boolean {
  const cast = Object.entries(votes) as [Who, Decision][]
  const glass = cast.find(([, decision]) => decision === 'break_glass')
  if (glass) return holds(model, glass[0], DUTY)
  if (tier === 'low') return true
  const counting = cast.filter(([who, decision]) => decision === 'approve' && holds(model, who, APPROVERS))
  if (tier === 'guarded') return counting.length >= 1
  return counting.length >= 2 && counting.some(([who]) => OWNERS.includes(who))
}

/** What the target shows of a step; a lever shows nothing. */
export function observed(
  { dials }: Model,
  { operation }: ModelChange,
  step: ModelStep,
): 'applied' | 'failed' | 'other' | null {
  const dial = dials[step.dial] as ModelDial
  if (operation === 'pull' || !dial.observable) return null
  if (dial.uid !== step.uid) return 'other'
  return dial.value === step.to ? 'applied' : dial.value === step.from ? 'failed' : 'other'
}
