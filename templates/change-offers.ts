import type { Change } from '../src/operations/change.ts'
import { isFinal } from '../src/operations/states.ts'

/** What people can do about a change: as a button on its card, or as a line where there are none. */
export type Offer =
  | ('confirm' | 'approve' | 'reject' | 'comment' | 'looking' | 'ask')
  | ('undo' | 'replan')
  | ('look' | 'applied' | 'not-applied')

/** What can be done now, in the order in which it is shown. An offer gives no right: rights are checked at the gesture. */
export function offersOf(change: Change): Offer[] {
  switch (change.state) {
    case 'planned':
      return change.plan.tier === 'low' ? ['confirm'] : ['approve', 'reject', 'comment', 'looking', 'ask']
    case 'approved':
      return ['reject']
    case 'applied':
    case 'succeeded':
    case 'overridden':
    case 'inconclusive':
      return undoOf(change)
    case 'failed':
      return [...undoOf(change), 'replan']
    case 'stale':
    case 'expired':
      return ['replan']
    case 'unknown':
      return ['look', 'applied', 'not-applied']
    default:
      return []
  }
}

/** Of what was applied, and not while another change takes it back already, or has. */
function undoOf({ plan, applied, undoneBy }: Change): Offer[] {
  const taken = undoneBy.some(({ state }) => state === 'succeeded' || !isFinal(state))
  return applied > 0 && plan.wayBack === 'undo' && !taken ? ['undo'] : []
}
