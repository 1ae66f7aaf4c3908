import type { Log } from '../../src/storage/log.ts'
import { reasons } from '../../src/timeline/because.ts'

/** A log that nobody reads. */
export const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} }

/** A log whose messages above `debug`, and the fields of each, can be asserted. */
export function keptLog(): Log & { messages: string[]; fields: object[] } {
  const messages: string[] = []
  const kept: object[] = []
  const keep = (fields: object, message: string) => {
    messages.push(message)
    kept.push({ ...reasons(), ...fields })
  }
  return { messages, fields: kept, debug() {}, info: keep, warn: keep, error: keep }
}
