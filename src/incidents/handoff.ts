import type { IncidentRole } from './roles.ts'

/** Somebody is asked to take a role over. */
export interface Handoff {
  id: number
  incident: number
  role: IncidentRole
  /** Persons' ids; null when nobody held the role. */
  from: string | null
  to: string
  offeredBy: string
  offeredAt: Date
  state: 'offered' | 'accepted' | 'declined' | 'withdrawn'
  settledAt: Date | null
}

export const handoffName = (id: number): string => `HANDOFF-${id}`

/** `HANDOFF-3` as 3; null for anything else. */
export function parseHandoffName(text: string): number | null {
  const match = /^HANDOFF-([1-9]\d{0,8})$/.exec(text)
  return match ? Number(match[1]) : null
}
