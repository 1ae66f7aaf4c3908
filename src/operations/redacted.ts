import { isDeepStrictEqual } from 'node:util'
import type { Redactor } from '../redaction/redactor.ts'
import { type ChangeOperation, type Draft, isRead, type Operation, PlanProblem } from './operation.ts'

/**
 * The same operation, with everything redacted that comes back from its target: readings, drafts, observations and
 * errors. So nothing else has to think of it. Steps are not redacted but refused: they are stored and run as they are.
 */
export function redacted(operation: Operation, redact: Redactor): Operation {
  const quietly = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (error) {
      if (error instanceof Error) error.message = redact.text(error.message)
      throw error
    }
  }
  if (isRead(operation)) {
    return { ...operation, read: async (...asked) => redact.value(await quietly(operation.read(...asked))) }
  }
  const changes: ChangeOperation = {
    ...operation,
    plan: async (...asked) => withoutSecrets(await quietly(operation.plan(...asked)), redact),
    apply: (...asked) => quietly(operation.apply(...asked)),
    async observe(...asked) {
      const seen = await quietly(operation.observe(...asked))
      return { ...seen, summary: redact.text(seen.summary) }
    },
    async check(...asked) {
      const seen = await quietly(operation.check(...asked))
      return { ...seen, summary: redact.text(seen.summary) }
    },
  }
  return changes
}

function withoutSecrets(draft: Draft, redact: Redactor): Draft {
  if (!isDeepStrictEqual(redact.value(draft.steps), draft.steps)) {
    throw new PlanProblem('holds_secret', 'the plan would hold a secret, and plans are kept: put the secret elsewhere')
  }
  return { ...draft, affects: redact.text(draft.affects), warnings: draft.warnings.map((text) => redact.text(text)) }
}
