import {
  isApplied,
  isApproved,
  type Model,
  type ModelChange,
  type ModelStep,
  mayStill,
  observed,
  planned,
} from './model.ts'

/** What the workers should do. A fault that a change meets is that of the next effect, whosever it is. */

/** Where a worker dies: its claim is recorded, its intent, nothing of its effect yet, or the first step's outcome. */
export type DiesAt = 'claim' | 'intent' | 'effect' | 'outcome'

/** All that there is to do is done, in the order in which it was asked for, until nothing moves any more. */
export function work(model: Model): void {
  for (let before = ''; before !== JSON.stringify(model); ) {
    before = JSON.stringify(model)
    for (const change of model.changes.filter(isDue)) {
      if (change.overdue) change.state = 'expired'
      else if (change.state === 'approved') execute(model, change)
      else takeOver(model, change)
    }
  }
}

const isDue = ({ state, overdue, leased }: ModelChange): boolean =>
  state === 'planned'
    ? overdue
    : state === 'approved' || (['claimed', 'intended', 'applied'].includes(state) && !leased)

function execute(model: Model, change: ModelChange): void {
  const steps = begin(model, change)
  if (steps) goOn(model, change, steps)
}

/** A worker takes this change up, if it can be, and dies there. */
export function die(model: Model, change: ModelChange, at: DiesAt): void {
  if (change.state !== 'approved' || change.overdue || !isFree(model, change)) return
  if (at === 'claim') {
    Object.assign(change, { state: 'claimed', leased: true })
    return
  }
  const steps = begin(model, change)
  const [first] = steps ?? []
  if (!first) return
  change.run.push(first)
  Object.assign(change, { state: 'intended', leased: true })
  if (at === 'intent') return
  const result = attempt(model, change, first)
  // Told that nobody knows, and not to wait, it hands the change over.
  if (result === 'lost') change.leased = false
  else if (at === 'outcome') {
    first.outcome = result
    if (result === 'failed') change.state = 'failed'
    else if (change.plan.length === 1) change.state = 'applied'
  }
}

/** The steps to run, if it may run now, and what was approved is still so; otherwise it waits or is stale. */
function begin(model: Model, change: ModelChange): ModelStep[] | null {
  if (!isFree(model, change)) return null
  const steps = planned(model, change)
  const asApproved = (step: ModelStep, i: number) => {
    const now = steps[i]
    return now !== undefined && now.uid === step.uid && isCovered(change, step, now.from)
  }
  const same = steps.length === change.plan.length && change.plan.every(asApproved)
  if (same && mayStill(model, change) && isApproved(model, change)) return steps
  change.state = 'stale'
  return null
}

/** The way back is for the object as it was left, and so has no envelope. */
function isCovered({ operation, undoes }: ModelChange, { from, to }: ModelStep, now: number): boolean {
  if (operation === 'pull') return true
  if (operation === 'flip' || undoes !== null) return now === from
  return from < to ? now >= from - 1 && now <= to : now >= to && now <= from + 1
}

/** Nothing is held, and no other change has one of its objects; the way back waits for none. */
function isFree(model: Model, change: ModelChange): boolean {
  if (model.held) return false
  const uids = change.plan.map(({ uid }) => uid)
  const has = (other: ModelChange) =>
    other !== change &&
    other.undoes === null &&
    ['claimed', 'intended'].includes(other.state) &&
    other.plan.some(({ uid }) => uids.includes(uid))
  return change.undoes !== null || !model.changes.some(has)
}

function goOn(model: Model, change: ModelChange, steps: ModelStep[]): void {
  for (const step of steps) {
    change.run.push(step)
    change.state = 'intended'
    const result = attempt(model, change, step)
    if (result === 'lost') {
      change.leased = false
      return
    }
    step.outcome = result
    if (result === 'failed') {
      change.state = 'failed'
      return
    }
  }
  change.state = 'applied'
  watch(model, change)
}

function attempt(model: Model, { operation }: ModelChange, step: ModelStep): 'applied' | 'failed' | 'lost' {
  for (let tries = 1; ; tries++) {
    const fault = model.faults.shift()
    if (fault === 'it never arrives') {
      if (operation === 'pull' || tries === 3) return 'failed'
      continue
    }
    if (fault === 'it is refused') return 'failed'
    if (fault === 'it is cut off') return 'lost'
    const dial = model.dials[step.dial] as Model['dials'][0]
    if (operation === 'pull') dial.effects += 1
    else if (dial.uid !== step.uid) return 'failed'
    else if (dial.value !== step.to) Object.assign(dial, { value: step.to, effects: dial.effects + 1 })
    return fault === 'the answer is lost' ? 'lost' : 'applied'
  }
}

function takeOver(model: Model, change: ModelChange): void {
  if (change.state === 'claimed') {
    change.state = 'approved'
    return
  }
  if (change.state === 'applied') {
    watch(model, change)
    return
  }
  const open = change.run.find(({ outcome }) => outcome === null)
  if (open) {
    const seen = observed(model, change, open)
    open.outcome = seen === 'applied' || seen === 'failed' ? seen : 'unknown'
    if (!isApplied(open)) {
      change.state = open.outcome
      return
    }
  }
  goOn(
    model,
    change,
    change.plan.slice(change.run.length).map((step) => ({ ...step })),
  )
}

function watch(model: Model, change: ModelChange): void {
  change.leased = false
  change.state = verdict(model, change) ?? (change.unsettled ? 'inconclusive' : 'applied')
}

function verdict(model: Model, change: ModelChange): ModelChange['state'] | null {
  for (const step of change.run) {
    const seen = observed(model, change, step)
    if (seen === null) return null
    if (seen !== 'applied') return 'overridden'
  }
  if (change.operation === 'flip' || model.health === 'settled') return 'succeeded'
  return model.health === 'failed' ? 'failed' : null
}
