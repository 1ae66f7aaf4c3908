/** From when the ledger is known to lack what it had until a person ends it: nothing that was pending runs. */
export interface Recovery {
  /** 1; people read `RECOVERY-1`. */
  id: number
  beganAt: Date
  reason: string
  /** What is known to be lost, for people; empty: nothing, null: nobody could compare yet. */
  lost: string | null
  endedBy: string | null
  endedAt: Date | null
}

export const recoveryName = (id: number): string => `RECOVERY-${id}`

/** `RECOVERY-1`; null for anything else. */
export function parseRecoveryName(text: string): number | null {
  const match = /^RECOVERY-([1-9]\d{0,8})$/.exec(text)
  return match ? Number(match[1]) : null
}
