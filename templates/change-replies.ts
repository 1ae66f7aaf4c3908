import { type Change, changeName } from '../src/operations/change.ts'
import type { State } from '../src/operations/states.ts'
import { section } from './blocks.ts'
import { statusOf } from './change-status.ts'
import type { Message } from './message.ts'
import { inline, person } from './text.ts'

const NEEDS_A_LOOK: ReadonlySet<State> = new Set(['failed', 'overridden', 'inconclusive', 'unknown', 'stale'])

/** Says it aloud when somebody must look, since an edited card notifies nobody; null when nobody has to. */
export function outcomeReply(change: Change): Message | null {
  if (!NEEDS_A_LOOK.has(change.state)) return null
  const { says, next } = statusOf(change, { needed: 0, approvers: [] })
  const text = [
    `${person(change.requester)} ${changeName(change.id)} ${inline(change.line)}`,
    says,
    `${next} The buttons are on its card.`,
  ].join('\n')
  return { text, blocks: [section(text)] }
}
