import { took } from '../../templates/text.ts'

/** What a reviewer should know that the timeline doesn't tell by itself. */
export interface Gap {
  kind:
    | ('no_update' | 'not_acknowledged' | 'unknown_outcome' | 'inconclusive' | 'review_unanswered')
    | ('handover_unanswered' | 'no_handover' | 'messages_missed' | 'no_impact_start' | 'no_cause' | 'no_fix')
  /** A sentence without its full stop, as plain text. */
  text: string
  /** From when to when; null: at no time of its own, or not yet over. */
  from: Date | null
  to: Date | null
}

/** `42 min; 30 were promised`: what it took against what was promised, both in ms. */
export function broken(lasted: number, promised: number): string {
  const [long, short] = [wholeMinutes(lasted), wholeMinutes(promised)]
  const isMinutes = short < 3_600_000 && long < 3_600_000
  return `${took(long)}; ${isMinutes ? short / 60_000 : took(short)} ${short === 60_000 ? 'was' : 'were'} promised`
}

/** Nobody promises seconds. */
export const wholeMinutes = (ms: number): number => Math.floor(ms / 60_000) * 60_000
