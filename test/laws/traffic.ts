import { withDeadline } from '../../src/operations/deadline.ts'
import type { ChangeOperation, Operation } from '../../src/operations/operation.ts'
import { type Fault, NEVER, type World } from './world.ts'

/** Everything that replicas ask of a world to change: seen, kept back, and made to fare badly. */
export interface Traffic {
  /** UIDs whose effect was asked for, in order. */
  asked: string[]
  /** The most effects on one object that were under way at the same time. */
  crowd(): number
  /** How the next effects fare, one after the other (null: well), also those that are tried again. */
  meet(...faults: (Fault | typeof NEVER | null)[]): void
  /** Keeps the next effect from happening until it is opened. */
  gate(): { reached: Promise<void>; open(): void }
  /** The operation, as a replica has it. */
  through(assertAlive: () => void): ChangeOperation
}

export function watchTraffic(operation: ChangeOperation, world: World, answerWithinMs?: number): Traffic {
  const asked: string[] = []
  const faults: (Fault | typeof NEVER | null)[] = []
  const busy: string[] = []
  let crowd = 0
  let gate: { reached: () => void; opened: Promise<void> } | null = null

  return {
    asked,
    crowd: () => crowd,
    meet: (...next) => void faults.push(...next),
    gate() {
      const reached = Promise.withResolvers<void>()
      const opened = Promise.withResolvers<void>()
      gate = { reached: reached.resolve, opened: opened.promise }
      return { reached: reached.promise, open: opened.resolve }
    },
    through(assertAlive) {
      const apply: ChangeOperation['apply'] = async (step, bound) => {
        assertAlive()
        const { uid } = step.object
        const fault = faults.shift()
        asked.push(uid)
        busy.push(uid)
        crowd = Math.max(crowd, busy.filter((one) => one === uid).length)
        const waits = gate
        gate = null
        try {
          waits?.reached()
          await waits?.opened
          if (!fault) return await operation.apply(step, bound)
          if (fault !== NEVER) return await world.meet(fault, () => operation.apply(step, bound))
          await operation.apply(step, bound)
        } finally {
          busy.splice(busy.indexOf(uid), 1)
        }
        return await new Promise<never>(() => {})
      }
      return withDeadline({ ...operation, apply } as Operation, answerWithinMs) as ChangeOperation
    },
  }
}
