import type { EntryType } from './entries.ts'

/**
 * How long an entry's content is kept for: `conversation` is what people wrote to each other, `output` what a system
 * answered, `audit` who decided and did what. Retention names the first two; the third is never taken by age.
 */
export type Class = 'conversation' | 'output' | 'audit'

interface Kind {
  class: Class
  /**
   * Whether its content can be erased. What carries governance can't: votes, moves, plans, rights, the configuration,
   * signatures and the erasures themselves.
   */
  erasable: boolean
}

const governance: Kind = { class: 'audit', erasable: false }
/** Holds words that somebody typed, a title or a cause: they may name a person or hold a password. */
const words: Kind = { class: 'audit', erasable: true }
const said: Kind = { class: 'conversation', erasable: true }
const output: Kind = { class: 'output', erasable: true }

const KINDS: Record<Exclude<EntryType, 'erased'>, Kind> = {
  'incident.opened': words,
  'incident.status_changed': words,
  'incident.acknowledged': governance,
  'incident.response_breached': governance,
  'incident.severity_changed': words,
  'incident.corrected': words,
  'incident.assigned': governance,
  'incident.updated': words,
  'incident.duplicated': governance,
  'incident.duplicate_found': governance,
  'incident.exported': governance,
  'handoff.offered': governance,
  'handoff.settled': governance,
  'reminder.sent': governance,
  'reminder.snoozed': governance,
  'reminder.settled': governance,
  'room.made': governance,
  'room.invited': governance,
  'room.joined': governance,
  'room.left': governance,
  'room.refused': governance,
  'person.joined': governance,
  'message.posted': said,
  'message.edited': said,
  'message.deleted': said,
  'message.marked': said,
  'message.unmarked': said,
  'messages.missed': governance,
  'note.added': words,
  'link.added': words,
  'task.settled': words,
  'entry.corrected': governance,
  'operation.read': output,
  'operation.refused': words,
  'change.planned': governance,
  'change.voted': governance,
  'change.asked': governance,
  'change.looking': governance,
  'change.observed': governance,
  'change.moved': governance,
  'change.progressed': governance,
  'operations.held': governance,
  'operations.released': governance,
  'person.revoked': governance,
  'person.reinstated': governance,
  'review.item_raised': governance,
  'config.loaded': governance,
  'config.rejected': governance,
  'config.channels': governance,
  'membership.changed': governance,
  'token.issued': governance,
  'token.revoked': governance,
  'chain.signed': governance,
  'timeline.erased': governance,
  'evidence.exported': governance,
  'backup.taken': governance,
  'recovery.began': governance,
  'recovery.compared': governance,
  'recovery.ended': governance,
}

/** Of an entry's recorded type; one that a newer release wrote is unknown here, and so not to be erased. */
export const isErasable = (type: string): boolean => kindOf(type)?.erasable ?? false

/** Whether this release knows that such an entry is never erased. */
export const isKept = (type: string): boolean => kindOf(type)?.erasable === false

/** The types whose content may go by age. */
export const typesOf = (wanted: Class): string[] =>
  Object.entries(KINDS).flatMap(([type, kind]) => (kind.class === wanted && kind.erasable ? [type] : []))

const kindOf = (type: string): Kind | undefined =>
  Object.hasOwn(KINDS, type) ? KINDS[type as keyof typeof KINDS] : undefined
