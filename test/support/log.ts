import type { Log } from '../../src/storage/log.ts'

/** A log that nobody reads. */
export const quiet: Log = { info() {}, warn() {}, error() {} }

/** A log whose messages can be asserted. */
export function keptLog(): Log & { messages: string[] } {
  const messages: string[] = []
  const keep = (_fields: object, message: string) => void messages.push(message)
  return { messages, info: keep, warn: keep, error: keep }
}
