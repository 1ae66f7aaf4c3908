import type { Answer } from './answer.ts'
import type { CardTouch } from './subjects.ts'
import type { Desk } from './tools.ts'

/** Slack shows it. `touches`: these cards are to be looked at as well. */
export type Shown = { touches?: CardTouch[] } & (
  | { did: 'nothing' }
  | { did: 'posted' | 'edited' | 'adopted'; channel: string }
)

/** What became of a touch. */
export type Outcome =
  | Shown
  /** The message or its thread is gone from Slack: post it anew, after a look at the root. */
  | { did: 'lost' }
  /** Its thread's root isn't there yet. */
  | { did: 'rootless' }
  /** Nobody's fault: after so many ms. */
  | { did: 'wait'; ms: number }
  | { did: 'failed'; channel: string; error: string }

export const nothing = { did: 'nothing' } as const

export const isShown = (outcome: Outcome): outcome is Shown =>
  ['nothing', 'posted', 'edited', 'adopted'].includes(outcome.did)

/** What an answer that isn't ok means for the touch. */
export async function failure(
  answer: Exclude<Answer<unknown>, { kind: 'ok' }>,
  channel: string,
  { metrics, pace }: Desk,
  kind?: 'posts' | 'edits',
): Promise<Outcome> {
  metrics.message(answer.kind)
  if (answer.kind === 'refused' && answer.error === 'thread_not_found') return { did: 'lost' }
  if (answer.kind !== 'rate_limited') return { did: 'failed', channel, error: answer.error }
  if (kind) await pace.pause(kind, channel, answer.ms)
  return { did: 'wait', ms: answer.ms }
}
