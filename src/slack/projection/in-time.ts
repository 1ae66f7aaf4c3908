import { type Claimed, type MessageState, settle } from './store.ts'
import type { Desk } from './tools.ts'

/**
 * A claim that took more than this part of the time in flight (the database was slow, or this process stood still) is
 * given back: the request might arrive after another replica has looked for the message, or has shown something newer.
 */
const LATE = 5

/** A claim as it comes; null when there is none, or when it came late and was given back as `otherwise`. */
export async function inTime(
  desk: Desk,
  claim: Promise<Claimed | null>,
  otherwise: { state: MessageState; hash?: string },
): Promise<Claimed | null> {
  const asked = performance.now()
  const claimed = await claim
  if (!claimed || performance.now() - asked <= desk.inFlightMs / LATE) return claimed
  await settle(desk.db, claimed, otherwise)
  return null
}
