import { exportTimeline } from './export.ts'
import { list } from './list.ts'
import { open } from './open.ts'
import { resolve } from './resolve.ts'
import { status } from './status.ts'

/** The verbs of `/incident`, as help shows them. */
export const verbs = [open, list, status, resolve, exportTimeline]
