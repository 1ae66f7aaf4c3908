import { can } from './can.ts'
import { approve, breakGlass, reject } from './decide.ts'
import { hold, release } from './hold.ts'
import { logs } from './logs.ts'
import { askAgain, confirm, look, looking, mark, show, withdraw } from './on-change.ts'
import { onCall } from './oncall.ts'
import { pods } from './pods.ts'
import { recover } from './recover.ts'
import { restart } from './restart.ts'
import { reinstate, revoke } from './revoke.ts'
import { scale } from './scale.ts'
import { token } from './token.ts'
import { undo } from './undo.ts'

/** The operations of `/ops`, as help shows them. */
export const operations = [pods, logs, scale, restart]

/** The verbs of `/ops` that are no operations. */
export const verbs = [
  ...[can, onCall, show, undo, approve, reject, confirm, withdraw, looking, askAgain],
  ...[look, mark, breakGlass, hold, release, revoke, reinstate, token, recover],
]
