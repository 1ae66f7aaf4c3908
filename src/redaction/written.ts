import type { Redactor } from './redactor.ts'

/** `${NAME}` and no more: what a variable is called is no secret. */
const VARIABLE = /^\$\{[A-Za-z_]\w*\}$/

/**
 * A configuration as it may be kept: redacted text by text. What a section is called counts for what stands right under
 * it and no further, since sections have a team's names: `services.credentials` hides nothing of what is in it.
 */
export const redactedWriting = (written: unknown, redact: Redactor): unknown =>
  JSON.parse(JSON.stringify(written ?? null), (key, inner) =>
    typeof inner === 'string' && !VARIABLE.test(inner) ? redact.value({ [key]: inner })[key] : inner,
  )
