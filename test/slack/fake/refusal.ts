import type { Json } from './types.ts'

/** A Web API error, as Slack would answer it: `{ ok: false, error }`. Nobody's fault: a channel may be gone. */
export class Refusal extends Error {
  readonly error: string
  readonly messages: string[]

  constructor(error: string, messages: string[] = []) {
    super(`${error}${messages.length ? `: ${messages.join('; ')}` : ''}`)
    this.error = error
    this.messages = messages
  }

  toJSON(): Json {
    return {
      ok: false,
      error: this.error,
      ...(this.messages.length > 0 && { response_metadata: { messages: this.messages } }),
    }
  }
}

/** A refusal that the bot could have avoided; it is also recorded in `slack.violations`. */
export class Misuse extends Refusal {}
