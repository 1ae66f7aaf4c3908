import { faultsTheTs } from './answer.ts'
import { inTime } from './in-time.ts'
import { metadata } from './lookup.ts'
import { failure, nothing, type Outcome } from './outcome.ts'
import { hashOf, post, send } from './post.ts'
import { claimEdit, type Row, readMessage, settle } from './store.ts'
import type { CardTouch } from './subjects.ts'
import type { Card, Desk } from './tools.ts'

/** Makes a card show the state of now: posts it or edits it, unless it shows it already. */
export async function showCard(touch: CardTouch, card: Card, desk: Desk): Promise<Outcome> {
  const row = await readMessage(desk.db, touch.subject, 'card')
  if (!row?.ts) {
    const outcome = await post(touch, row, card, desk)
    if (outcome.did !== 'adopted') return outcome
    // What was found may show an older state.
    const then = await showCard(touch, card, desk)
    return then.did === 'nothing' ? outcome : then
  }
  if (row.state === 'posted' && row.hash === hashOf(card.message)) return nothing
  if (row.state === 'editing' && row.ageMs < desk.inFlightMs) return { did: 'wait', ms: desk.inFlightMs - row.ageMs }
  return edit(touch, row, row.ts, desk)
}

async function edit(touch: CardTouch, row: Row, ts: string, desk: Desk): Promise<Outcome> {
  const { channel, subject } = row
  await desk.pace.turn('edits', channel, touch.urgency, desk.signal)
  desk.assertMine()
  // The turn may have been long in coming: the newest state is what counts.
  const card = await desk.sources.card(subject)
  if (!card) return nothing
  const checked = desk.check(card.message)
  const hash = hashOf(card.message)
  const carried = await metadata(touch, hash, desk)
  const claimed = await inTime(desk, claimEdit(desk.db, row), { state: 'posted', hash: '' })
  if (!claimed) return { did: 'wait', ms: 1000 }

  const answer = await send(checked, desk, (content) =>
    desk.web.chat.update({
      ...{ channel, ts, ...content },
      metadata: carried,
    }),
  )
  if (answer.kind === 'refused' && faultsTheTs(answer.error)) {
    desk.metrics.message('lost')
    await settle(desk.db, claimed, { state: 'absent', ts: null })
    return { did: 'lost' }
  }
  // Not certain what it shows: an edit can be repeated.
  await settle(desk.db, claimed, { state: 'posted', hash: answer.kind === 'ok' ? hash : '' })
  return answer.kind === 'ok' ? { did: 'edited', channel } : failure(answer, channel, desk, 'edits')
}
