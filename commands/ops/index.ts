import { logs } from './logs.ts'
import { pods } from './pods.ts'
import { scale } from './scale.ts'
import { undo } from './undo.ts'

/** The operations of `/ops`, as help shows them. */
export const operations = [pods, logs, scale]

/** The verbs of `/ops` that are no operations. */
export const verbs = [undo]
