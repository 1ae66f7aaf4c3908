import { z } from 'zod'

/** Text of one shape, with one message for whatever else stands there. */
export function shaped(pattern: RegExp, message: string) {
  return z
    .string({ error: ({ input }) => (input === undefined ? `is missing; it ${message}` : message) })
    .regex(pattern, { error: message })
    .describe(message) // editors show it
}
