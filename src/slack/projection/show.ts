import type { Entry } from '../../timeline/entries.ts'
import { GENERAL } from '../../timeline/ledger.ts'
import { readEntries } from '../../timeline/store.ts'
import { showCard } from './card.ts'
import { checkRoot } from './check.ts'
import { sayWhenLate } from './late.ts'
import { isShown, nothing, type Outcome } from './outcome.ts'
import { post } from './post.ts'
import { bringIn } from './room.ts'
import { type MessageState, readMessage } from './store.ts'
import { type CardTouch, type OneOffTouch, type Touch, URGENCY } from './subjects.ts'
import { takeBack } from './take-back.ts'
import type { Desk } from './tools.ts'
import { showFile } from './upload.ts'

/** Brings one message to what it should say now. */
export async function show(touch: Touch, desk: Desk): Promise<Outcome> {
  switch (touch.slot) {
    case 'check':
      return checkRoot(touch, desk)
    case 'card':
      return showState(touch, desk)
    case 'reply':
    case 'direct':
    case 'file':
      return sayOnce(touch, desk)
    case 'gone':
      return takeBack(touch, desk)
    case 'invite':
      return bringIn(touch, desk)
  }
}

async function showState(touch: CardTouch, desk: Desk): Promise<Outcome> {
  const card = await desk.sources.card(touch.subject)
  if (!card) return nothing
  const outcome = await showCard(touch, card, desk)
  if (card.shownBy === null || !isShown(outcome)) return outcome
  const root = desk.chain === GENERAL ? card.shownBy : desk.chain
  return { ...outcome, touches: [{ ...touch, subject: card.shownBy, root, urgency: URGENCY.card, recordedAt: null }] }
}

/** What was said once: it is there, or it was and isn't said again. */
const SAID: MessageState[] = ['posted', 'deleted', 'kept']

async function sayOnce(touch: OneOffTouch, desk: Desk): Promise<Outcome> {
  const row = await readMessage(desk.db, touch.subject, touch.slot)
  if (row && SAID.includes(row.state)) return nothing
  // It was read when it was new: it may have been erased since, and what was erased isn't said any more.
  const [entry] = await readEntries(desk.db, desk.chain, { after: touch.seq - 1, limit: 1 })
  if (!entry) return nothing
  if (touch.slot === 'file') {
    const file = await desk.sources.file(entry)
    return file ? showFile(touch, file, desk) : nothing
  }
  const told = touch.slot === 'direct' ? await desk.sources.direct(entry) : await inThread(entry, desk)
  if (!told) return nothing
  const { message, ...place } = told
  return post(touch, row, { place, message: sayWhenLate(message, touch.entry.recordedAt) }, desk)
}

async function inThread(entry: Entry, { sources }: Desk) {
  const message = await sources.reply(entry)
  // Its thread's.
  return message && { channel: '', message }
}
