import { canonical, sha256 } from '../timeline/canonical.ts'
import type { Plan } from './change.ts'
import type { Step, Value } from './operation.ts'

/** The bytes that people approve, and their hash. */
export function hashPlan(plan: Plan): { document: string; hash: Buffer } {
  const document = canonical(plan)
  return { document, hash: sha256(document) }
}

/** A plan that can't be shown whole can't be approved: what a card has room for, in characters. */
const SHOWABLE = 2_500

export const isShowable = (plan: Plan): boolean =>
  canonical(plan.steps).length <= SHOWABLE && plan.affects.length + plan.warnings.join('').length <= 1_500

/** The objects of these steps on one target, named alike by every plan: `prod/deployment/<uid>`. */
export const objectsOf = (target: string, steps: Step[]): string[] =>
  steps.map(({ object }) => `${target}/${object.kind}/${object.uid}`)

export const objectName = ({ object }: Step): string => `${object.kind} ${object.name} in ${object.namespace}`

/** The object is what the step would make of it. */
export const isSo = ({ before, after }: Step): boolean => canonical(before) === canonical(after)

/** Where a change set stands that stopped at the step `at`, in words; nothing where there is but one step. */
export function standing(steps: Step[], at: number, outcome: 'applied' | 'failed' | 'unknown'): string[] {
  if (steps.length === 1) return []
  const done = outcome === 'applied' ? at + 1 : at
  const begun = outcome === 'unknown' ? at + 1 : done
  const named = (what: string, some: Step[]) => (some.length > 0 ? [`${what}: ${some.map(objectName).join(', ')}`] : [])
  return [
    ...named('done', steps.slice(0, done)),
    ...named('nobody knows', steps.slice(done, begun)),
    ...named('not done', steps.slice(begun)),
  ]
}

/** `replicas 3`, `ENABLE_STRIPE true, ENABLE_PAYPAL false`. */
export const values = (fields: Record<string, Value>): string =>
  Object.entries(fields)
    .map(([key, value]) => `${key} ${value}`)
    .join(', ')

/**
 * What moved outside of what was approved, in words; null when the fresh plan is covered. Fresh and approved steps must
 * name the same objects (by UID) and lead to the same values; where they start from may differ within the envelope.
 */
export function drift(approved: Step[], fresh: Step[]): string | null {
  if (approved.length !== fresh.length) return `it would now take ${fresh.length} steps, not ${approved.length}`
  const differences = approved.flatMap((step, i) => {
    const now = fresh[i] as Step
    if (now.object.uid !== step.object.uid) return [`${objectName(step)} is another object now: it was made anew`]
    if (canonical(now.after) !== canonical(step.after)) {
      return [`${objectName(step)} would now become ${values(now.after)}, not ${values(step.after)}`]
    }
    return Object.entries(now.before)
      .filter(([key, value]) => !within(step, key, value))
      .map(([key, value]) => `${key} of ${objectName(step)} is ${value} now; it was ${step.before[key]} when planned`)
  })
  return differences.length > 0 ? differences.join('; ') : null
}

function within(step: Step, key: string, value: Value): boolean {
  const range = step.envelope[key]
  if (range && typeof value === 'number') return value >= range.min && value <= range.max
  return value === step.before[key]
}

/** Field by field, how the objects differ from what a change left behind; null when they are untouched. */
export function touchedSince(left: Step[], now: Step[]): string | null {
  const differences = left.flatMap((step) => {
    const found = now.find((other) => other.object.name === step.object.name && other.object.kind === step.object.kind)
    if (!found || found.object.uid !== step.object.uid) return [`${objectName(step)} was made anew since`]
    return Object.entries(step.after)
      .filter(([key, value]) => found.before[key] !== value)
      .map(
        ([key, value]) => `${key} of ${objectName(step)} is ${found.before[key]} now; the change left it at ${value}`,
      )
  })
  return differences.length > 0 ? differences.join('; ') : null
}
