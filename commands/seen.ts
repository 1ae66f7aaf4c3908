import { z } from 'zod'
import { refuse } from './command.ts'

/** A button whose value isn't one that we made: somebody tampered with it, or it is of a release long gone. */
export const spoilt = refuse('That button is not one of mine any more. Nothing was done; type the command instead.')

/** What Approve and Reject carry: the plan that was on the card. No authority is in it; rights are checked anew. */
const Decision = z.strictObject({
  op: z
    .int()
    .positive()
    .max(2 ** 31 - 1),
  plan: z
    .int()
    .positive()
    .max(2 ** 31 - 1),
  hash: z.string().regex(/^[0-9a-f]{16}$/),
})

/** The plan that was on the screen; null for what we didn't make. */
export function seenIn(value: string): { change: number; plan: number; hash: string } | null {
  const parsed = Decision.safeParse(parseJson(value))
  return parsed.success ? { change: parsed.data.op, plan: parsed.data.plan, hash: parsed.data.hash } : null
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
