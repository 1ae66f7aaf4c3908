import type { Limits } from '../src/limits/limits.ts'
import type { Gesture } from './command.ts'

/** What one person may send: commands, and apart from them decisions, so that a flood of the one can't lock out the other. */
export type PersonalBudget = 'gestures' | 'decisions'

export interface Flood {
  perMinute: number
  take: Limits<PersonalBudget>['take']
}

/** Verbs that decide about a change, stop one or take it back. */
const DECISIONS = [
  ...'approve reject confirm run mark look-again look undo withdraw cancel looking claim ask'.split(' '),
  ...'break-glass hold freeze release unfreeze revoke'.split(' '),
]

/** What a line counts as: `undo OP-12`, `ops undo OP-12`. */
export function budgetOfLine(line: string): PersonalBudget {
  const verb = /^\s*\/?(?:(?:incident|ops)\s+)?(\S+)/i.exec(line)?.[1] ?? ''
  return DECISIONS.includes(verb.toLowerCase()) ? 'decisions' : 'gestures'
}

/** A choice is a line that was typed already; every button on a change's card is about its fate. */
export function budgetOfButton({ id, value }: { id: string; value: string }): PersonalBudget {
  if (id.startsWith('choose')) return budgetOfLine(value)
  return id.startsWith('change.') || id.startsWith('operations.') ? 'decisions' : 'gestures'
}

/** Counts a gesture. Null when it may go on; else why not. */
export async function whyTooMany(
  budget: PersonalBudget,
  { person }: Gesture,
  { flood }: { flood: Flood },
): Promise<string | null> {
  const taken = await flood.take(budget, person.id)
  if (taken.ok) return null
  const seconds = Math.ceil(taken.retryInMs / 1000)
  const what = budget === 'gestures' ? 'commands' : 'decisions'
  return `You sent ${flood.perMinute} ${what} within a minute; try again in ${seconds} s. Nothing was done.`
}
