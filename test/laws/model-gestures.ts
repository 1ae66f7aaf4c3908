import type { State } from '../../src/operations/states.ts'
import {
  DUTY,
  find,
  GUESTS,
  holds,
  isApplied,
  isApproved,
  isLeft,
  isOver,
  isPreapproved,
  type Model,
  type ModelChange,
  type ModelStep,
  mayDecide,
  mayStill,
  OPERATORS,
  observed,
  planned,
  type Wanted,
  type Who,
} from './model.ts'

/** What people do. Each says whether it is allowed; refused, it changes nothing. */

export function request(model: Model, wanted: Wanted, undoing?: { change: ModelChange; confirmed: boolean }): boolean {
  const { by, operation, value, alone, only = null } = wanted
  if (!holds(model, by, OPERATORS)) return false
  const plan = planned(model, { operation, value, only })
  if (plan.length === 0) return false
  if (undoing && !undoing.change.run.filter(isApplied).every((step) => isLeft(model, step))) return false
  const own = undoing !== undefined && undoing.change.by === by && undoing.change.undoes === null
  const usual = operation === 'turn' && value === 0 ? 'critical' : 'guarded'
  const lowered = !(own && usual === 'guarded') && isPreapproved(model, wanted)
  const tier = lowered || (own && usual === 'guarded') ? 'low' : usual
  model.changes.push({
    ...{ id: model.changes.length + 1, by, operation, value, only, line: wanted.line, alone, tier, lowered, plan },
    ...{ undoes: undoing?.change.id ?? null, run: [], votes: {}, looker: null, overdue: false, leased: false },
    ...{ unsettled: false, asks: tier === 'low' ? 0 : 1, askedLately: true },
    state: tier === 'low' && undoing?.confirmed ? 'approved' : 'planned',
  })
  return true
}

export function undo(model: Model, { by, id, confirmed }: { by: Who; id: number; confirmed: boolean }): boolean {
  const change = find(model, id)
  const applied = change.run.filter(isApplied)
  const [first] = applied
  if (change.operation === 'pull' || !first || !(isOver(change) || change.state === 'applied')) return false
  const others = model.changes.filter(({ undoes }) => undoes === id)
  if (others.some((other) => other.state === 'succeeded' || !isOver(other))) return false
  const only = change.operation === 'flip' ? applied.map(({ dial }) => dial) : null
  const { operation, alone } = change
  const wanted = { by, operation, value: first.from, only, line: `undo ${id}`, alone }
  return request(model, wanted, { change, confirmed })
}

/** The same once more, of a change that is over, unless somebody else did that already. */
export function replan(model: Model, by: Who, id: number): boolean {
  const change = find(model, id)
  if (!isOver(change)) return false
  if (change.undoes !== null) return undo(model, { by, id: change.undoes, confirmed: false })
  const isTwin = (other: ModelChange) =>
    other.id > id && other.line === change.line && other.alone === change.alone && !isOver(other)
  return !model.changes.some(isTwin) && request(model, { ...change, by })
}

export function vote(model: Model, who: Who, id: number, decision: 'approve' | 'reject'): boolean {
  const change = find(model, id)
  const { state } = change
  if (!(state === 'planned' && !change.overdue) && !(state === 'approved' && decision === 'reject')) return false
  if (decision === 'reject' && who === change.by) return moved(change, 'withdrawn')
  if (!mayDecide(model, who, change) || change.votes[who]) return false
  if (decision === 'approve' && !mayStill(model, change)) return false
  change.votes[who] = decision
  if (decision === 'reject') return moved(change, state === 'planned' ? 'rejected' : 'withdrawn')
  if (isApproved(model, change)) change.state = 'approved'
  return true
}

export function confirm(model: Model, who: Who, id: number): boolean {
  const change = find(model, id)
  const waits = change.state === 'planned' && !change.overdue && change.tier === 'low'
  return waits && who === change.by && mayStill(model, change) && moved(change, 'approved')
}

export function withdraw(model: Model, who: Who, id: number): boolean {
  const change = find(model, id)
  return who === change.by && ['planned', 'approved'].includes(change.state) && moved(change, 'withdrawn')
}

export function look(model: Model, who: Who, id: number): boolean {
  const change = find(model, id)
  if (change.state !== 'planned' || !mayDecide(model, who, change)) return false
  change.looker = who
  return true
}

export function askAgain(model: Model, who: Who, id: number): boolean {
  const change = find(model, id)
  if (GUESTS.includes(who) || change.state !== 'planned' || change.tier === 'low' || change.askedLately) return false
  change.askedLately = true
  change.asks += 1
  return true
}

export function breakGlass(model: Model, who: Who, id: number): boolean {
  const change = find(model, id)
  if (change.state !== 'planned' || change.overdue || change.tier === 'low' || change.operation === 'pull') return false
  if (change.alone || !model.incidentOpen || !holds(model, who, DUTY)) return false
  change.votes[who] = 'break_glass'
  model.reviewItems += 1
  return moved(change, 'approved')
}

/** Of what nobody knows: somebody's word, or what is seen now. */
export function settle(model: Model, who: Who, id: number, as: 'applied' | 'failed' | 'seen'): boolean {
  const change = find(model, id)
  if (change.state !== 'unknown' || !holds(model, who, OPERATORS)) return false
  const open = change.run.find(({ outcome }) => outcome === 'unknown') as ModelStep
  const seen = as === 'seen' ? observed(model, change, open) : as
  if (seen !== 'applied' && seen !== 'failed') return true
  open.outcome = seen
  // A change set isn't gone on with.
  change.state = seen === 'applied' && change.run.length === change.plan.length ? 'applied' : 'failed'
  return true
}

export function hold(model: Model, who: Who): boolean {
  if (model.held || !holds(model, who, DUTY)) return false
  model.held = true
  return true
}

export function release(model: Model, who: Who): boolean {
  if (!model.held || !holds(model, who, DUTY)) return false
  model.held = false
  return true
}

export function revoke(model: Model, who: Who, whom: Who): boolean {
  if (!holds(model, who, DUTY) || model.revoked.includes(whom)) return false
  model.revoked.push(whom)
  for (const change of model.changes) {
    if (change.by === whom && ['planned', 'approved'].includes(change.state)) change.state = 'withdrawn'
  }
  return true
}

export function reinstate(model: Model, who: Who, whom: Who): boolean {
  if (!holds(model, who, DUTY) || who === whom || !model.revoked.includes(whom)) return false
  model.revoked = model.revoked.filter((one) => one !== whom)
  return true
}

export function resolve(model: Model, who: Who): boolean {
  if (GUESTS.includes(who) || !model.incidentOpen) return false
  model.incidentOpen = false
  return true
}

const moved = (change: ModelChange, to: State): true => {
  change.state = to
  return true
}
