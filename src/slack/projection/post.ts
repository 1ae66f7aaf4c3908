import type { Block } from '@slack/web-api'
import type { Message } from '../../../templates/message.ts'
import { canonical, sha256 } from '../../timeline/canonical.ts'
import { type Answer, ask, faultsTheMessage } from './answer.ts'
import { findPosted, metadata } from './lookup.ts'
import { failure, type Outcome } from './outcome.ts'
import { claimPost, type Row, readMessage, settle } from './store.ts'
import type { CardTouch, OneOffTouch } from './subjects.ts'
import type { Desk } from './tools.ts'

export const hashOf = (message: Message): string => sha256(canonical(message)).toString('hex')

/**
 * Posts a message that isn't in Slack. A row that says `posting` or `unknown` means that it may be: then Slack is asked
 * first. `channel` is where a root goes; everything else goes to its root's thread.
 */
export async function post(
  touch: CardTouch | OneOffTouch,
  row: Row | null,
  { channel, message }: { channel: string; message: Message },
  desk: Desk,
): Promise<Outcome> {
  const root = touch.subject === touch.root ? null : await readMessage(desk.db, touch.root, 'card')
  if (touch.subject !== touch.root && !root?.ts) return { did: 'rootless' }
  const place = { channel: root?.channel ?? channel, thread_ts: root?.ts ?? null }

  if (row?.state === 'posting' || row?.state === 'unknown') {
    const adopted = await adopt(row, place.thread_ts, desk)
    if (adopted) return adopted
  }

  await desk.pace.turn('posts', place.channel, touch.urgency, desk.signal)
  desk.assertMine()
  const { subject, slot } = touch
  const content = desk.check(message)
  const hash = hashOf(message)
  const threadOf = root?.subject ?? null
  const claim = { subject, slot, chain: desk.chain, channel: place.channel, threadOf, file: null, hash }
  if (!(await claimPost(desk.db, row, claim))) return { did: 'wait', ms: 1000 }

  const seq = touch.slot === 'card' ? touch.through : touch.seq
  const broadcast = touch.slot !== 'card' && touch.broadcast
  const thread = place.thread_ts ? { thread_ts: place.thread_ts, reply_broadcast: broadcast } : {}
  const answer = await send(content, (content) =>
    desk.web.chat.postMessage({
      ...{ channel: place.channel, ...content, unfurl_links: false, unfurl_media: false },
      metadata: metadata({ subject, slot, chain: desk.chain, seq, hash }),
      ...thread,
    }),
  )
  if (answer.kind !== 'ok') {
    await settle(desk.db, touch, { state: answer.kind === 'unknown' ? 'unknown' : 'absent' })
    return failure(answer, place.channel, desk, 'posts')
  }
  await settle(desk.db, touch, { state: 'posted', ts: String(answer.value.ts) })
  return { did: 'posted', channel: place.channel }
}

/** Slack refuses the blocks (a newer kind may not be rolled out): the text says everything that matters. */
export async function send<T>(
  { text, blocks }: Message,
  call: (content: { text: string; blocks: Block[] }) => Promise<T>,
): Promise<Answer<T>> {
  const answer = await ask(() => call({ text, blocks: blocks ?? [] }))
  const refused = answer.kind === 'refused' && faultsTheMessage(answer.error)
  return refused && blocks ? await ask(() => call({ text, blocks: [] })) : answer
}

/** Takes the message that an earlier post made, if it made one; null when Slack has none. */
async function adopt(row: Row, thread_ts: string | null, desk: Desk): Promise<Outcome | null> {
  if (row.ageMs < desk.inFlightMs) return { did: 'wait', ms: desk.inFlightMs - row.ageMs }
  const answer = await findPosted(
    row,
    thread_ts === null ? null : { ts: thread_ts },
    ({ metadata }) => {
      const { subject, slot, chain } = (metadata?.event_payload ?? {}) as Record<string, unknown>
      const ours = metadata?.event_type === 'firebreak'
      return ours && subject === row.subject && slot === row.slot && chain === row.chain
    },
    desk,
  )
  if (answer.kind !== 'ok') return failure(answer, row.channel, desk)
  if (answer.value === null) return null
  const { ts, metadata } = answer.value
  const { hash } = metadata?.event_payload as { hash?: string }
  await settle(desk.db, row, { state: 'posted', ts: String(ts), hash: hash ?? '' })
  return { did: 'adopted', channel: row.channel }
}
