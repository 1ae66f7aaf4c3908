import type { Limits } from '../src/limits/limits.ts'
import type { Gesture } from './command.ts'
import { verbs } from './ops/index.ts'

/** What one person may send: commands, and apart from them decisions, so that a flood of the one can't lock out the other. */
export type PersonalBudget = 'gestures' | 'decisions'

export interface Flood {
  perMinute: number
  take: Limits<PersonalBudget>['take']
}

const DECISIONS = new Set(verbs.filter(({ decides }) => decides).flatMap(({ name, aliases }) => [name, ...aliases]))

/** What a line counts as: `undo OP-12`, `ops undo OP-12`. */
export function budgetOfLine(line: string): PersonalBudget {
  const verb = /^\s*\/?(?:(?:incident|ops)\s+)?(\S+)/i.exec(line)?.[1] ?? ''
  return DECISIONS.has(verb.toLowerCase()) ? 'decisions' : 'gestures'
}

/** A choice is a line that was typed already. */
export const budgetOfButton = ({ id, value }: { id: string; value: string }): PersonalBudget =>
  id.startsWith('choose') ? budgetOfLine(value) : budgetOfForm(id)

/** By its callback_id. Every form and every button about a change, a hold or a recovery is about its fate. */
export const budgetOfForm = (id: string): PersonalBudget =>
  /^(change|operations|recovery)\./.test(id) ? 'decisions' : 'gestures'

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
