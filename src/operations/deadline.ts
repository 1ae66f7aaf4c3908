import pTimeout from 'p-timeout'
import { type ChangeOperation, isRead, type Operation } from './operation.ts'

/** Longer than any adapter gives its own requests: this is for the one that forgot to. */
const ANSWER_WITHIN_MS = 30_000

/**
 * The same operation, with an end to every call of its target. Whoever waited for ever would keep the object from
 * everybody, since a worker that lives renews its lease. An effect that didn't answer may have happened.
 */
export function withDeadline(operation: Operation, milliseconds = ANSWER_WITHIN_MS): Operation {
  const inTime = <T>(call: Promise<T>, maybeApplied = false): Promise<T> => {
    const says = `${operation.name} had no answer within ${milliseconds / 1000} s`
    const message = Object.assign(new Error(says), { code: 'timeout', maybeApplied })
    return pTimeout(call, { milliseconds, message })
  }
  if (isRead(operation)) return { ...operation, read: (...asked) => inTime(operation.read(...asked)) }
  const changes: ChangeOperation = {
    ...operation,
    plan: (...asked) => inTime(operation.plan(...asked)),
    apply: (...asked) => inTime(operation.apply(...asked), true),
    observe: (...asked) => inTime(operation.observe(...asked)),
    check: (...asked) => inTime(operation.check(...asked)),
  }
  return changes
}
