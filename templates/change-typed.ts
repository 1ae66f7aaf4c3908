import { type Change, changeName } from '../src/operations/change.ts'
import { type ChangeContext, changeLines } from './change-card.ts'
import { type Offer, offersOf } from './change-offers.ts'
import { line } from './text.ts'

/** As many characters of the hash as a button carries. */
const HASH = 16

/** A change where there are no buttons: the card whole, and what to type instead. `command`: what `/ops` is called there. */
export function typedChange(change: Change, context: ChangeContext, command: string): string {
  const typed = offersOf(change).flatMap((offer) => {
    const known = LINES[offer]
    return known ? [`To ${known.to}: ${command} ${known.line(change, changeName(change.id))}`] : []
  })
  return [...changeLines(change, context), ...(typed.length > 0 ? ['', ...typed] : [])].join('\n')
}

/** Null: another line does it, too. */
const LINES: Record<Offer, { to: string; line(change: Change, name: string): string } | null> = {
  confirm: { to: 'run it', line: (_, name) => `confirm ${name}` },
  approve: { to: 'approve it', line: (change, name) => `approve ${name} ${hashOf(change)}` },
  reject: { to: 'reject it, or withdraw your own', line: (change, name) => `reject ${name} ${hashOf(change)}` },
  comment: null, // follows the hash
  looking: { to: 'say that you look at it', line: (_, name) => `looking ${name}` },
  ask: { to: 'ask for a decision again', line: (_, name) => `ask ${name}` },
  undo: { to: 'undo it', line: (_, name) => `undo ${name}` },
  replan: { to: 'plan it again', line: ({ line: asked }) => line(asked) },
  look: { to: 'look at it again', line: (_, name) => `look-again ${name}` },
  applied: { to: 'say that it was applied', line: (_, name) => `mark ${name} applied` },
  'not-applied': { to: 'say that it was not applied', line: (_, name) => `mark ${name} not-applied` },
}

const hashOf = ({ planHash }: Change): string => planHash.slice(0, HASH)
