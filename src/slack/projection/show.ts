import { GENERAL } from '../../timeline/ledger.ts'
import { showCard } from './card.ts'
import { checkRoot } from './check.ts'
import { sayWhenLate } from './late.ts'
import { isShown, nothing, type Outcome } from './outcome.ts'
import { post } from './post.ts'
import { readMessage } from './store.ts'
import { type CardTouch, type OneOffTouch, type Touch, URGENCY } from './subjects.ts'
import type { Desk } from './tools.ts'
import { showFile } from './upload.ts'

/** Brings one message to what it should say now. */
export async function show(touch: Touch, desk: Desk): Promise<Outcome> {
  switch (touch.slot) {
    case 'check':
      return checkRoot(touch.root, desk)
    case 'card':
      return showState(touch, desk)
    case 'reply':
    case 'file':
      return sayOnce(touch, desk)
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

async function sayOnce(touch: OneOffTouch, desk: Desk): Promise<Outcome> {
  const row = await readMessage(desk.db, touch.subject, touch.slot)
  if (row?.state === 'posted') return nothing
  if (touch.slot === 'file') {
    const file = await desk.sources.file(touch.entry)
    return file ? showFile(touch, file, desk) : nothing
  }
  const message = await desk.sources.reply(touch.entry)
  if (!message) return nothing
  return post(touch, row, { channel: '', message: sayWhenLate(message, touch.entry.recordedAt) }, desk)
}
