/** What happens to an incident itself, its people and its clocks. Times are ISO 8601; people are ids. */
export type IncidentBody =
  | {
      type: 'incident.opened'
      title: string
      severity: string
      kind: string
      visibility: string
      service: string | null
      /** Null: it opens in a room of its own, which `room.made` tells of. */
      channel: string | null
      commander: string
      /** The message that it was opened from: its address. */
      from?: string | null
    }
  | {
      type: 'incident.status_changed'
      from: string
      to: string
      cause: string | null
      fix: string | null
      /** Why it was reopened or cancelled. */
      reason?: string | null
      /** An update that was recorded with it tells of it. */
      told?: true
    }
  /** Somebody is on it. */
  | { type: 'incident.acknowledged' }
  /** Nobody had acknowledged it when its severity promised that somebody would. */
  | { type: 'incident.response_breached'; by: string }
  | { type: 'incident.severity_changed'; from: string; to: string; reason: string | null }
  | { type: 'incident.corrected'; field: CorrectedField; from: string | null; to: string | null }
  | { type: 'incident.assigned'; role: string; person: string | null; was: string | null }
  /** `said`: what somebody wrote. `text`: as it was posted, mrkdwn. `next`: when the next update is due. */
  | { type: 'incident.updated'; template: string; said: string; text: string; status: string; next: string | null }
  /** It is the same as `of`, where it goes on. */
  | { type: 'incident.duplicated'; of: string }
  | { type: 'incident.duplicate_found'; duplicate: string }
  | { type: 'incident.exported'; format: 'md' | 'json'; through: number; zone: string }
  | { type: 'handoff.offered'; handoff: number; role: string; to: string }
  | { type: 'handoff.settled'; handoff: number; role: string; to: string; as: 'accepted' | 'declined' | 'withdrawn' }
  /** `about`: the change that waits, where it is about one. `due`: since when. */
  | { type: 'reminder.sent'; reminder: number; kind: string; person: string; about: string | null; due: string }
  | { type: 'reminder.snoozed'; reminder: number; until: string }
  /** What was due is done, or isn't due any more. */
  | { type: 'reminder.settled'; reminder: number }
  /** The incident has a channel of its own. */
  | { type: 'room.made'; channel: string; name: string }
  | { type: 'room.invited'; people: string[] }
  /** Somebody can read along in it since, or no more. */
  | { type: 'room.joined'; person: string }
  | { type: 'room.left'; person: string }
  /** Slack's word for why there is no channel yet. */
  | { type: 'room.refused'; error: string }
  | { type: 'person.joined'; person: string }
  /** What the incident's review has to answer. */
  | { type: 'review.item_raised'; item: number; kind: string; text: string }

/** What may be corrected of an incident later. */
export type CorrectedField = 'title' | 'service' | 'impact_started_at' | 'detected_at' | 'mitigated_at'
