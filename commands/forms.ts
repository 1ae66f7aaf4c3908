import type { Submit } from './command.ts'
import { verbs as incidentVerbs } from './incident/index.ts'
import { answerDecision } from './ops/answers.ts'
import { seenIn, spoilt } from './seen.ts'
import { noteFromMessage } from './shortcuts.ts'

/** Every form by its callback_id. The metadata of one about a change says which plan was on the screen. */
export const forms: Record<string, Submit> = {
  ...Object.assign({}, ...incidentVerbs.map((verb) => verb.forms ?? {})),
  'message.note': noteFromMessage,
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
