/** `acknowledge`: nobody is on it. `update`: people wait for news. `approval`: a change waits for its approval. */
export type ReminderKind = 'acknowledge' | 'update' | 'approval'

export interface Reminder {
  id: number
  incident: number
  kind: ReminderKind
  /** The change that waits: `OP-12`. */
  about: string | null
  dueAt: Date
  /** 0: whoever comes first. */
  round: number
  /** Whom it is for: a person's id. */
  person: string
  sentAt: Date
  snoozedUntil: Date | null
  settledAt: Date | null
}

export const reminderName = (id: number): string => `REMINDER-${id}`

/** `REMINDER-3` as 3; null for anything else. */
export function parseReminderName(text: string): number | null {
  const match = /^REMINDER-([1-9]\d{0,8})$/.exec(text)
  return match ? Number(match[1]) : null
}

/** For how long a reminder may be put off, in minutes. */
export const SNOOZES_MIN = [15, 30, 60] as const
