import pino, { type Logger } from 'pino'
import { redactedLog } from './redaction/log.ts'
import type { Redactor } from './redaction/redactor.ts'
import { reasons } from './timeline/because.ts'

/** The log: JSON lines, each with the gesture or the change that it was written for, redacted before it reaches `to`. */
export const openLog = (level: string, redact: Redactor, to: { write(line: string): unknown }): Logger =>
  pino({ level, mixin: reasons }, redactedLog(redact, to))
