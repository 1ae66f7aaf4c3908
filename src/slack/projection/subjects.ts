import { isFinal, type State } from '../../operations/states.ts'
import type { Entry } from '../../timeline/entries.ts'
import { type ChainEnd, GENERAL } from '../../timeline/ledger.ts'

/** What goes first when several messages wait: people can only read what hangs on a root, and act on what asks. */
export const URGENCY = { check: 4, root: 3, asks: 2, card: 1, reply: 0 } as const

/** A message to be looked after. */
export type Touch = CardTouch | OneOffTouch | RootCheck

/** `INC-7` or `OP-12`: one message, edited through its life. Several entries are one touch: the latest state wins. */
export interface CardTouch {
  slot: 'card'
  subject: string
  /** The card that its thread hangs on; itself, when it is a root or goes to one person. */
  root: string
  urgency: number
  /** The oldest entry that asks for it. Infinity: none does, Slack has lost it. */
  seq: number
  /** The newest one; null: none does. */
  through: ChainEnd | null
  /** The last gesture among what asks for it; null: none is. */
  cause: string | null
  recordedAt: Date | null
}

/** `INC-7#3`: said once, about that entry. */
export interface OneOffTouch {
  /** `direct`: to one person. `gone`: takes back what shows the entries that this one erased. `invite`: no message; brings people in. */
  slot: 'reply' | 'direct' | 'file' | 'gone' | 'invite'
  subject: string
  root: string
  urgency: number
  seq: number
  entry: Entry
  /** Shown in the channel too. */
  broadcast: boolean
}

/** Whether Slack still has the root, and what people need to see beneath it. */
export interface RootCheck {
  slot: 'check'
  subject: string
  root: string
  urgency: number
  seq: number
  /** All cards beneath it, not only those that Slack has lost. */
  all: boolean
}

/** Outcomes that somebody must look at: a reply, since an edit notifies nobody. */
const NEEDS_A_LOOK: readonly string[] = ['failed', 'overridden', 'inconclusive', 'unknown', 'stale']

/** What tells of `INC-7` where all incidents are told of: `ANNOUNCEMENT-7`. */
const announcementOf = (chain: string): string => chain.replace('INC-', 'ANNOUNCEMENT-')

/** The messages that an entry changes. What belongs to no incident hangs on the change's own card. */
export function touchesOf(entry: Entry): (CardTouch | OneOffTouch)[] {
  const { chain, subject, seq, body } = entry
  const root = chain === GENERAL ? subject : chain
  const card = (name: string, urgency: number): CardTouch => ({
    ...{ slot: 'card', subject: name, root: chain === GENERAL ? name : chain },
    ...{ urgency: name === root ? URGENCY.root : urgency, seq, through: entry },
    ...{ cause: entry.cause, recordedAt: entry.recordedAt },
  })
  const once = (slot: OneOffTouch['slot'], broadcast = false): OneOffTouch => ({
    ...{ slot, subject: `${chain}#${seq}`, root, urgency: URGENCY.reply, seq, entry, broadcast },
  })

  /** The incident's card tells what runs and what waits. */
  const shownToo = chain === GENERAL ? [] : [{ ...card(chain, URGENCY.card), urgency: URGENCY.reply }]
  /** The shared channel knows of an incident that has one of its own. */
  const announcement = announcementOf(chain)
  const announced = chain === GENERAL ? [] : [{ ...card(announcement, URGENCY.card), root: announcement }]
  const direct: OneOffTouch = { ...once('direct'), root: `${chain}#${seq}` }

  switch (body.type) {
    case 'incident.opened':
      return [card(chain, URGENCY.root), once('reply')]
    case 'incident.status_changed':
      // An update says it in its own words.
      return [card(chain, URGENCY.root), ...announced, ...(body.told ? [] : [once('reply', body.to === 'resolved')])]
    case 'incident.severity_changed':
      return [card(chain, URGENCY.root), ...announced, once('reply', true)]
    case 'incident.updated':
      return [card(chain, URGENCY.root), once('reply')]
    case 'incident.acknowledged':
    case 'incident.response_breached':
      return [card(chain, URGENCY.root)]
    case 'incident.corrected':
      return [card(chain, URGENCY.root), ...announced]
    case 'incident.duplicated':
    case 'incident.duplicate_found':
      return [card(chain, URGENCY.root), once('reply')]
    case 'incident.assigned':
      return [card(chain, URGENCY.root), ...(body.person === null ? [] : [direct])]
    case 'handoff.offered':
    case 'handoff.settled':
    case 'reminder.sent':
    case 'reminder.snoozed':
    case 'reminder.settled':
      return [{ ...card(subject, URGENCY.asks), root: subject }]
    case 'incident.exported':
      return [once('file')]
    case 'link.added':
      return [card(chain, URGENCY.root)]
    case 'room.invited':
      return [{ ...once('invite'), urgency: URGENCY.asks }]
    case 'room.made':
      return announced
    case 'room.refused':
      return [direct]
    case 'room.joined':
    case 'room.left':
    case 'person.joined':
    case 'message.posted':
    case 'message.edited':
    case 'message.deleted':
    case 'message.marked':
    case 'message.unmarked':
    case 'messages.missed':
    case 'note.added':
    case 'task.settled':
    case 'entry.corrected':
    // The message that tells of what was signed says so, below.
    case 'chain.signed':
      return []
    case 'operation.read':
      // Without a thread the gesture's own answer shows it.
      return chain === GENERAL ? [] : [once('reply'), once('file')]
    case 'operation.refused':
    case 'person.revoked':
    case 'person.reinstated':
    case 'review.item_raised':
    case 'config.loaded':
    case 'config.rejected':
    case 'config.channels':
    case 'membership.changed':
    case 'token.issued':
    case 'token.revoked':
    case 'erased':
    case 'evidence.exported':
    case 'backup.taken':
      return []
    case 'operations.held':
    case 'operations.released':
    case 'recovery.began':
    case 'recovery.compared':
    case 'recovery.ended':
      return [card(subject, URGENCY.root)]
    case 'timeline.erased':
      // The incident's card shows its title, its cause and its fix.
      return chain === GENERAL
        ? []
        : [card(chain, URGENCY.root), ...announced, { ...once('gone'), urgency: URGENCY.asks }]
    case 'change.planned':
      return [card(subject, URGENCY.asks), ...shownToo]
    case 'change.voted':
      return body.decision === 'break_glass'
        ? [card(subject, URGENCY.card), once('reply', true)]
        : [card(subject, URGENCY.card)]
    case 'change.looking':
    case 'change.observed':
    case 'change.progressed':
      return [card(subject, URGENCY.card)]
    case 'change.asked':
      // The first ones are mentioned by the card itself.
      return body.round === 0 ? [card(subject, URGENCY.asks)] : [card(subject, URGENCY.card), once('reply')]
    case 'change.moved': {
      const shown = card(subject, isFinal(body.to as State) || body.to === 'unknown' ? URGENCY.asks : URGENCY.card)
      return [shown, ...(NEEDS_A_LOOK.includes(body.to) ? [once('reply')] : []), ...shownToo]
    }
    default:
      return body satisfies never
  }
}

/** A card that Slack has lost and that people need: no entry asks for it. */
export const lostCard = (subject: string, root: string): CardTouch => ({
  ...{ slot: 'card', subject, root, urgency: subject === root ? URGENCY.root : URGENCY.asks },
  ...{ seq: Number.POSITIVE_INFINITY, through: null, cause: null, recordedAt: null },
})

export const rootCheck = (root: string, all = false): RootCheck => ({
  ...{ slot: 'check', subject: root, root, urgency: URGENCY.check, seq: Number.POSITIVE_INFINITY, all },
})

/** The gesture that asks for it, where one does: for the log. */
export function causeOf(touch: Touch): { cause?: string } {
  const cause = touch.slot === 'card' ? touch.cause : touch.slot === 'check' ? null : touch.entry.cause
  return cause === null ? {} : { cause }
}
