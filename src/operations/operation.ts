import type { z } from 'zod'
import type { KubernetesPort } from '../adapters/kubernetes/port.ts'
import type { Healthy } from './catalogue.ts'

/**
 * How much it takes: read runs at once · low asks its requester to confirm · guarded needs one other person ·
 * critical two others, one of them an owner. It follows irreversibility and blast radius, not magnitude.
 */
export type Tier = 'read' | 'low' | 'guarded' | 'critical'

/** The adapter ports that operations run on, by kind of target. */
export interface Ports {
  kubernetes: KubernetesPort
}
export type Kind = keyof Ports

/** A service on one target: where an operation acts. The port can't leave that target. */
export interface Bound<K extends Kind = Kind> {
  service: string
  target: string
  environment: string
  /** What the service is called there. */
  deployment: string
  healthy: Healthy | null
  port: Ports[K]
}

interface Described<A> {
  name: string
  /** Raised when the meaning changes: plans of another version go stale. */
  version: number
  /** What follows the name, as people type it: `<service> <replicas>`. */
  usage: string
  summary: string
  examples: string[]
  /** Positional arguments in order, by their key in `args`; the first is always the service. */
  positionals: readonly string[]
  /** Takes the texts that were typed (positionals, then `--flags`); refuses what it doesn't know. */
  args: z.ZodType<A & { service: string }>
  /** The flags that `args` knows, for the usage and for the nearest match. */
  flags: readonly string[]
  on: Kind
}

/** Looks and answers. It must change nothing. */
export interface ReadOperation<A = Record<string, unknown>> extends Described<A> {
  tier: 'read'
  read(args: A, bound: Bound): Promise<Reading>
}

export interface Reading {
  /** The one line that matters, first: `checkout-7f9 is crash-looping (OOMKilled, 14 restarts)`. */
  finding: string
  alarming: boolean
  /** What it was found in, as plain text; long ones are posted as a file. */
  detail: string
}

/** Changes something: planned, approved, applied, observed, undone. */
export interface ChangeOperation<A = Record<string, unknown>> extends Described<A> {
  tier(args: A): Exclude<Tier, 'read'>
  /**
   * What a second `apply` of the same step does. conditional: the target refuses it, since `before` holds no more ·
   * idempotent: nothing, the object is so already · once: it would happen again. Only the first two are ever retried.
   */
  effect: 'conditional' | 'idempotent' | 'once'
  /**
   * How it is taken back. undo: by the same operation with the arguments that `undo` gives · none needed: what it did
   * leaves nothing to take back · none: it can't be. The last is never approved in advance, and no glass is broken for it.
   */
  wayBack: 'undo' | 'none needed' | 'none'
  /**
   * Reads only. Throws `PlanProblem` when there's nothing sensible to plan. `at`: when it was asked for, the same when it
   * is planned again to be run.
   */
  plan(args: A, bound: Bound, at: Date): Promise<Draft>
  /**
   * Makes the step's change, conditional at the target itself on `step.before`. `conflict`: the condition did not
   * hold, and nothing changed. An error with `maybeApplied` leaves the outcome to `observe`.
   */
  apply(step: Step, bound: Bound): Promise<'applied' | 'conflict'>
  /** What the target shows of this step: for a crash after the intent, and while the effect settles. Reads only. */
  observe(step: Step, bound: Bound): Promise<Observation>
  /** How the service is, for before and after; and whether that is what the service calls healthy. Reads only. */
  check(bound: Bound): Promise<Check>
  /** The arguments that take these steps back: those that were applied. Asked only where `wayBack` is `undo`. */
  undo(args: A, steps: Step[]): A
}

export type Operation = ReadOperation | ChangeOperation

export type Value = string | number | boolean | null

/** One change to one object. */
export interface Step {
  object: { kind: string; name: string; namespace: string; uid: string }
  before: Record<string, Value>
  after: Record<string, Value>
  /**
   * How far the world may have moved when this runs, and still be what was approved: for each key of `before` the
   * values that it may have by then. A key without an envelope must be what it was.
   */
  envelope: Record<string, { min: number; max: number }>
}

export interface Draft {
  steps: Step[]
  /** What it touches, for the person who decides: `deployment checkout in microservices (production)`. */
  affects: string
  /** What they should know: an autoscaler that would reset it. */
  warnings: string[]
  /** How long the effect may take to settle, in milliseconds, before it is called inconclusive. */
  settleWithinMs: number
}

export interface Observation {
  /** present: what `after` says · absent: what `before` says · other: somebody or something changed it since. */
  effect: 'present' | 'absent' | 'other' | 'unknown'
  health: 'settling' | 'settled' | 'failed'
  /** Since when the target itself says that it failed: what it said before the effect is not the effect's doing. */
  failedSince?: Date
  /** For people: `4/5 ready`. */
  summary: string
}

/** How a service is. */
export interface Check {
  healthy: boolean
  /** For people: `2/3 ready, 1 pod in trouble`. */
  summary: string
}

/** It can't be planned, and this is why; for the requester to read. */
export class PlanProblem extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

export const isRead = (operation: Operation): operation is ReadOperation => operation.tier === 'read'

/** Declares an operation that only looks. */
export function defineRead<A>(operation: Omit<ReadOperation<A>, 'tier'>): Operation {
  return { ...operation, tier: 'read' } as unknown as Operation
}

/** Declares an operation that changes something. */
export function defineChange<A>(operation: ChangeOperation<A>): Operation {
  return operation as unknown as Operation
}
