import { ack } from './ack.ts'
import { assign, handoff } from './assign.ts'
import { close } from './close.ts'
import { details } from './details.ts'
import { duplicate } from './duplicate.ts'
import { exportTimeline } from './export.ts'
import { link } from './link.ts'
import { list } from './list.ts'
import { cancel, identified, mitigated, reopen } from './moves.ts'
import { note } from './note.ts'
import { open } from './open.ts'
import { resolve } from './resolve.ts'
import { severity } from './severity.ts'
import { status } from './status.ts'
import { timeline } from './timeline.ts'
import { update } from './update.ts'

/** The verbs of `/incident`, as help shows them. */
export const verbs = [
  ...[open, list, status, ack, update, severity],
  ...[assign, handoff, identified, mitigated, resolve, reopen, close, cancel],
  ...[note, link, details, duplicate, timeline, exportTimeline],
]
