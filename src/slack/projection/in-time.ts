import { type Claimed, type MessageState, settle } from './store.ts'
import type { Desk } from './tools.ts'

/**
 * Whether more than a fifth of the time in flight is gone since then (performance.now()): a request that is sent now might
 * arrive after another replica has looked for the message, or has shown something newer.
 */
export const isLate = (since: number, { inFlightMs }: Desk): boolean => performance.now() - since > inFlightMs / 5

/**
 * A claim as it comes. Null when there is none, or when it came late (the database was slow, or this process stood still)
 * and was given back as `otherwise`.
 */
export async function inTime(
  desk: Desk,
  claim: Promise<Claimed | null>,
  otherwise: { state: MessageState; hash?: string },
): Promise<Claimed | null> {
  const asked = performance.now()
  const claimed = await claim
  if (!claimed || !isLate(asked, desk)) return claimed
  await settle(desk.db, claimed, otherwise)
  return null
}
