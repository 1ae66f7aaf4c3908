import type { Log } from '../../src/storage/log.ts'

/** A log that nobody reads. */
export const quiet: Log = { info() {}, warn() {}, error() {} }

/** A log whose messages, and the fields of each, can be asserted. */
export function keptLog(): Log & { messages: string[]; fields: object[] } {
  const messages: string[] = []
  const kept: object[] = []
  const keep = (fields: object, message: string) => {
    messages.push(message)
    kept.push(fields)
  }
  return { messages, fields: kept, info: keep, warn: keep, error: keep }
}
