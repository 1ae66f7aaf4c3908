import type { Step } from '../../src/operations/operation.ts'

/** How an effect fares on its way to the target and back. */
export type Fault =
  /** It happens, and nobody hears of it. */
  | 'the answer is lost'
  /** Something breaks the connection before it happens. */
  | 'it is cut off'
  /** The target can't be reached: whoever asks knows that nothing happened. */
  | 'it never arrives'
  /** The target says no. */
  | 'it is refused'

/** It happens, and no answer ever comes: nothing ends the wait but the engine's own deadline. */
export const NEVER = 'the answer never comes'

/** A place where the operations of one kind act: it can fail in every way, and knows what really happened to it. */
export interface World {
  /** What operations are bound to. */
  port: unknown
  /** The services here; examples speak of them. */
  services: string[]
  /** Does what should have an effect, as this fault lets it. */
  meet<T>(fault: Fault, effect: () => Promise<T>): Promise<T>
  /** How often Firebreak really changed each object (by UID), as the objects themselves show it. */
  effects(): Promise<Record<string, number>>
  /** All that people decide about the objects, without what follows by itself. */
  picture(): Promise<unknown>
  /** Somebody else sets a field that this step speaks of to yet another value; false when it doesn't know how. */
  meddle(step: Step): Promise<boolean>
  /** Somebody else makes the step's object anew, under the same name. */
  recreate(step: Step): Promise<void>
  close(): Promise<void>
}
