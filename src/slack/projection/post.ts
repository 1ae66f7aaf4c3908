import type { Block } from '@slack/web-api'
import type { Message } from '../../../templates/message.ts'
import { canonical, sha256 } from '../../timeline/canonical.ts'
import { type Answer, ask, faultsTheMessage } from './answer.ts'
import { inTime, isLate } from './in-time.ts'
import { type Found, findPosted, metadata } from './lookup.ts'
import { failure, type Outcome } from './outcome.ts'
import { channelOf, unopened } from './place.ts'
import { claimPost, type Row, readMessage, rememberPosted, settle } from './store.ts'
import type { CardTouch, OneOffTouch } from './subjects.ts'
import type { Desk, Place } from './tools.ts'

export const hashOf = (message: Message): string => sha256(canonical(message)).toString('hex')

/**
 * Posts a message that isn't in Slack. A row that says `posting` or `unknown` means that it may be: then Slack is asked
 * first. `place` is where a root goes; everything else goes to its root's thread.
 */
export async function post(
  touch: CardTouch | OneOffTouch,
  row: Row | null,
  { place: asked, message }: { place: Place; message: Message },
  desk: Desk,
): Promise<Outcome> {
  const root = touch.subject === touch.root ? null : await readMessage(desk.db, touch.root, 'card')
  if (touch.subject !== touch.root && !root?.ts) return { did: 'rootless' }
  const opened = root ? ({ kind: 'ok', value: root.channel } as const) : await channelOf(asked, desk)
  if (opened.kind !== 'ok') return unopened(opened, asked, desk)
  const place = { channel: opened.value, thread_ts: root?.ts ?? null }

  const earlier = row ?? (await lostRow(touch, place.channel, desk))
  if (earlier?.state === 'posting' || earlier?.state === 'unknown') {
    const adopted = await adopt(earlier, root, desk)
    if (adopted) return adopted
  }

  await desk.pace.turn('posts', place.channel, touch.urgency, desk.signal)
  desk.assertMine()
  const { subject, slot } = touch
  const content = desk.check(message)
  const hash = hashOf(message)
  const threadOf = root?.subject ?? null
  const claim = { subject, slot, chain: desk.chain, channel: place.channel, threadOf, file: null, hash }
  const broadcast = touch.slot !== 'card' && touch.broadcast
  const thread = place.thread_ts ? { thread_ts: place.thread_ts, reply_broadcast: broadcast } : {}
  const carried = await metadata(touch, hash, desk)
  const claimed = await inTime(desk, claimPost(desk.db, row, claim), { state: 'absent' })
  if (!claimed) return { did: 'wait', ms: 1000 }
  const answer = await send(content, desk, (content) =>
    desk.web.chat.postMessage({
      ...{ channel: place.channel, ...content, unfurl_links: false, unfurl_media: false },
      metadata: carried,
      ...thread,
    }),
  )
  if (answer.kind !== 'ok') {
    await settle(desk.db, claimed, { state: answer.kind === 'unknown' ? 'unknown' : 'absent' })
    return failure(answer, place.channel, desk, 'posts')
  }
  await settle(desk.db, claimed, { state: 'posted', ts: String(answer.value.ts) })
  return { did: 'posted', channel: place.channel }
}

/** Slack refuses the blocks (a newer kind may not be rolled out): the text says everything that matters. */
export async function send<T>(
  { text, blocks }: Message,
  desk: Desk,
  call: (content: { text: string; blocks: Block[] }) => Promise<T>,
): Promise<Answer<T>> {
  const since = performance.now()
  const answer = await ask(() => call({ text, blocks: blocks ?? [] }))
  const refused = answer.kind === 'refused' && faultsTheMessage(answer.error)
  return refused && blocks && !isLate(since, desk) ? await ask(() => call({ text, blocks: [] })) : answer
}

/** How far back a message is looked for of which nothing is known but that it may be there. */
const DAY_MS = 86_400_000

/**
 * What stood before the last recovery may have been posted all the same: the row that said so can be among what was lost.
 * Null when it can't.
 */
async function lostRow({ subject, slot, ...touch }: CardTouch | OneOffTouch, channel: string, desk: Desk) {
  const recovered = await desk.sources.recoveredAt()
  const recordedAt = 'entry' in touch ? touch.entry.recordedAt : touch.recordedAt
  if (!recovered || (recordedAt && recordedAt > recovered)) return null
  const postingSince = recordedAt ?? new Date(recovered.getTime() - DAY_MS)
  const row = { subject, slot, chain: desk.chain, channel, threadOf: null, ts: null, file: null }
  return { ...row, state: 'unknown', hash: '', postingSince, ageMs: Number.POSITIVE_INFINITY } satisfies Row
}

/** Takes the message that an earlier post made, if it made one; null when Slack has none. */
async function adopt(row: Row, root: Row | null, desk: Desk): Promise<Outcome | null> {
  if (row.ageMs < desk.inFlightMs) return { did: 'wait', ms: desk.inFlightMs - row.ageMs }
  const answer = await findPosted(row, root?.ts ? { ts: root.ts } : null, (found) => isOurs(found, row), desk)
  if (answer.kind !== 'ok') return failure(answer, row.channel, desk)
  if (answer.value === null) return null
  const { ts, metadata } = answer.value
  const { hash } = metadata?.event_payload as { hash?: string }
  const { subject, slot, chain, channel } = row
  const threadOf = root?.subject ?? null
  await rememberPosted(desk.db, { subject, slot, chain, channel, threadOf, file: null, hash: hash ?? '' }, String(ts))
  return { did: 'adopted', channel: row.channel }
}

/** Its name alone doesn't tell: an entry that was lost may have had the same place in the chain. */
export function isOurs({ metadata }: Found, row: Row): boolean {
  const { subject, slot, chain, hash } = (metadata?.event_payload ?? {}) as Record<string, unknown>
  const named = subject === row.subject && slot === row.slot && chain === row.chain
  return metadata?.event_type === 'firebreak' && named && (row.hash === '' || row.hash === hash)
}
