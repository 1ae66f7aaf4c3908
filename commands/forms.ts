import type { Answer, Gesture } from './command.ts'
import type { Desk } from './desk.ts'
import { answerDecision } from './ops/answers.ts'
import { seenIn, spoilt } from './seen.ts'

type Submit = (modal: Submitted, gesture: Gesture, desk: Desk) => Promise<{ errors: Record<string, string> } | Answer>
interface Submitted {
  values: Record<string, string | null>
  metadata: string
}

/** Every form about a change by its callback_id; its metadata says which plan was on the screen. */
export const forms: Record<string, Submit> = {
  'change.decide': async ({ values, metadata }, gesture, { engine }) => {
    const seen = seenIn(metadata)
    if (!seen) return spoilt
    const { decision, comment } = values
    if (decision !== 'approve' && decision !== 'reject') return { errors: { decision: 'Pick one' } }
    const result = await engine.vote({ ...gesture, ...seen, decision, comment: comment?.trim() || null })
    return answerDecision(result)
  },
  'change.break_glass': async ({ values, metadata }, gesture, { engine }) => {
    const seen = seenIn(metadata)
    if (!seen) return spoilt
    const words = values.words?.trim() || null
    if (values.reason === 'other' && !words) return { errors: { words: 'Say it in your words' } }
    const reason = [values.reason === 'other' ? null : values.reason, words].filter(Boolean).join(': ')
    if (reason === '') return { errors: { reason: 'Pick one' } }
    return answerDecision(await engine.breakGlass({ ...gesture, ...seen, reason }))
  },
}
