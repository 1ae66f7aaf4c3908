import { type Change, changeName } from '../src/operations/change.ts'
import { type ChangeContext, changeLines } from './change-card.ts'
import { line } from './text.ts'

/** As many characters of the hash as a button carries. */
const HASH = 16

/** A change where there are no buttons: the card whole, and what to type instead. `command`: what `/ops` is called there. */
export function typedChange(change: Change, context: ChangeContext, command: string): string {
  const typed = whatToType(change).map(([what, words]) => `To ${what}: ${command} ${words}`)
  return [...changeLines(change, context), ...(typed.length > 0 ? ['', ...typed] : [])].join('\n')
}

/** As the card's buttons would be. */
function whatToType({ id, state, plan, planHash, line: asked }: Change): [what: string, words: string][] {
  const name = changeName(id)
  const hash = planHash.slice(0, HASH)
  switch (state) {
    case 'planned':
      if (plan.tier === 'low') return [['run it', `confirm ${name}`]]
      return [
        ['approve it', `approve ${name} ${hash}`],
        ['reject it', `reject ${name} ${hash}`],
      ]
    case 'applied':
    case 'succeeded':
    case 'overridden':
    case 'inconclusive':
      return [['undo it', `undo ${name}`]]
    case 'failed':
    case 'stale':
    case 'expired':
      return [['plan it again', line(asked)]]
    default:
      return []
  }
}
