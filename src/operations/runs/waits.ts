import { changeName } from '../change.ts'
import type { Due } from './store.ts'

/** What an approved change waits for, in words; null when it may run. */
export function waitsFor({ hold, holder }: Pick<Due, 'hold' | 'holder'>): string | null {
  if (hold !== null) return `waits: everything is held (${hold})`
  return holder === null ? null : `waits for ${changeName(holder)}, which is being applied to the same object`
}
