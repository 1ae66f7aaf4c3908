import type { Message } from '../../../templates/message.ts'
import { readEntries, readTypes } from '../../timeline/store.ts'
import { inTime } from './in-time.ts'
import { findPosted, metadata } from './lookup.ts'
import { failure, nothing, type Outcome } from './outcome.ts'
import { hashOf, isOurs, send } from './post.ts'
import { claimEdit, directMessages, type Row, settle } from './store.ts'
import { lostCard, type OneOffTouch } from './subjects.ts'
import type { Desk } from './tools.ts'

/**
 * Edits what people were told directly, where it shows what was erased: the incident's title, and in a handoff what was
 * looked at. One message a turn, until none does. What Slack has lost isn't told anew: it was read long ago.
 */
export async function rewriteDirects(touch: OneOffTouch, desk: Desk): Promise<Outcome> {
  const { db, chain } = desk
  if (touch.entry.body.type !== 'timeline.erased') return nothing
  const erased = await readTypes(db, chain, touch.entry.body.entries)
  const was = (...types: string[]) => erased.some(({ type }) => types.includes(type))
  const titled = was('incident.opened', 'incident.corrected')
  const looked = was('operation.read')
  if (!titled && !looked) return nothing
  for (const row of await directMessages(db, chain)) {
    if (!titled && !row.subject.startsWith('HANDOFF-')) continue
    const outcome = await rewrite(row, touch, desk)
    if (outcome) return outcome
  }
  return nothing
}

/** Null when there is nothing to do about this one. */
async function rewrite(row: Row, touch: OneOffTouch, desk: Desk): Promise<Outcome | null> {
  if (row.state !== 'posted' && row.ageMs < desk.inFlightMs) return { did: 'wait', ms: desk.inFlightMs - row.ageMs }
  if (row.ts === null) return await find(row, desk)
  const message = await saysNow(row, desk)
  if (!message || (row.state === 'posted' && row.hash === hashOf(message))) return null
  return await edit({ ...row, ts: row.ts }, message, touch, desk)
}

/** Its post had no answer. Where Slack hasn't got it, or doesn't let us look, it comes anew by what asked for it. */
async function find(row: Row, desk: Desk): Promise<Outcome | null> {
  const answer = await findPosted(row, null, (message) => isOurs(message, row), desk)
  if (answer.kind === 'refused' || (answer.kind === 'ok' && !answer.value?.ts)) return null
  if (answer.kind !== 'ok') return failure(answer, row.channel, desk)
  await settle(desk.db, row, { state: 'posted', ts: String(answer.value?.ts) })
  return { did: 'wait', ms: 0 }
}

/** Null: there is no such thing any more. */
async function saysNow({ subject, slot }: Row, { db, chain, sources }: Desk): Promise<Message | null> {
  if (slot === 'card') return (await sources.card(subject))?.message ?? null
  const [entry] = await readEntries(db, chain, { after: Number(subject.split('#')[1]) - 1, limit: 1 })
  return (entry && (await sources.direct(entry))?.message) ?? null
}

async function edit(row: Row & { ts: string }, message: Message, touch: OneOffTouch, desk: Desk): Promise<Outcome> {
  const { subject, channel, ts } = row
  await desk.pace.turn('edits', channel, touch.urgency, desk.signal)
  desk.assertMine()
  const hash = hashOf(message)
  const shown =
    row.slot === 'card'
      ? { ...lostCard(subject, subject), through: touch.entry }
      : ({ ...touch, slot: 'direct', subject } as const)
  const carried = await metadata(shown, hash, desk)
  const claimed = await inTime(desk, claimEdit(desk.db, row), { state: 'posted', hash: '' })
  if (!claimed) return { did: 'wait', ms: 1000 }
  const answer = await send(desk.check(message), desk, (content) =>
    desk.web.chat.update({ ...{ channel, ts, ...content }, metadata: carried }),
  )
  if (answer.kind === 'refused') {
    const gone = answer.error === 'message_not_found'
    if (!gone) {
      desk.log.warn(
        { subject, channel, ts, error: answer.error },
        'Slack does not let us edit a direct message that shows what was erased; delete it by hand',
      )
    }
    desk.metrics.message(gone ? 'lost' : 'refused')
    await settle(desk.db, claimed, gone ? { state: 'deleted', ts: null } : { state: 'kept' })
    return { did: 'wait', ms: 0 }
  }
  await settle(desk.db, claimed, { state: 'posted', hash: answer.kind === 'ok' ? hash : '' })
  if (answer.kind !== 'ok') return failure(answer, channel, desk, 'edits')
  desk.metrics.message('edited')
  return { did: 'wait', ms: 0 }
}
