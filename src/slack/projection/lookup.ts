import type { ConversationsHistoryResponse } from '@slack/web-api'
import { readLast } from '../../timeline/store.ts'
import { type Answer, ask } from './answer.ts'
import type { Row } from './store.ts'
import type { CardTouch, OneOffTouch } from './subjects.ts'
import type { Desk } from './tools.ts'

export type Found = NonNullable<ConversationsHistoryResponse['messages']>[number]

/** The database's clock and Slack's may differ by so much. */
const SKEW_S = 120

/**
 * What a post carries, so that it can be recognised, and so that the ledger can be held to it: how far its chain had come
 * (`seq`), the hash of that entry (`head`) and when it was recorded (`at`, in ms).
 */
export interface Metadata {
  event_type: 'firebreak'
  event_payload: Record<'subject' | 'slot' | 'chain' | 'hash' | 'head', string> & Record<'seq' | 'at', number>
}

/** `hash`: of what the message says. */
export async function metadata(touch: CardTouch | OneOffTouch, hash: string, { db, chain }: Desk): Promise<Metadata> {
  const asked = touch.slot === 'card' ? touch.through : touch.entry
  const { seq, hash: head, recordedAt } = asked ?? (await readLast(db, chain))
  const { subject, slot } = touch
  const at = recordedAt.getTime()
  return { event_type: 'firebreak', event_payload: { subject, slot, chain, seq, head: head.slice(0, 16), at, hash } }
}

/**
 * Looks in Slack for a message whose post had no answer: in its thread, or in the channel for a root (a channel's
 * history leaves replies out). Null when it isn't there.
 */
export async function findPosted(
  row: Pick<Row, 'channel' | 'postingSince'>,
  root: { ts: string } | null,
  isIt: (message: Found) => boolean,
  { web }: Desk,
): Promise<Answer<Found | null>> {
  const oldest = String((row.postingSince?.getTime() ?? 0) / 1000 - SKEW_S)
  const bounds = { channel: row.channel, oldest, include_all_metadata: true, limit: 200 }
  for (let cursor: string | undefined; ; ) {
    const page = { ...bounds, ...(cursor && { cursor }) }
    const answer = await ask(async () =>
      root ? web.conversations.replies({ ...page, ts: root.ts }) : web.conversations.history(page),
    )
    if (answer.kind !== 'ok') return answer
    const found = (answer.value.messages as Found[] | undefined)?.find(isIt)
    if (found) return { kind: 'ok', value: found }
    cursor = answer.value.response_metadata?.next_cursor
    if (!cursor) return { kind: 'ok', value: null }
  }
}

/** Whether Slack still has this root. A deleted one that has replies stays as a tombstone. */
export async function isThere(
  { channel, ts }: { channel: string; ts: string },
  { web }: Desk,
): Promise<Answer<boolean>> {
  // conversations.history would give the nearest message, and never one inside a thread.
  const answer = await ask(() => web.conversations.replies({ channel, ts, limit: 1, inclusive: true }))
  if (answer.kind === 'refused' && ['thread_not_found', 'message_not_found'].includes(answer.error))
    return { kind: 'ok', value: false }
  if (answer.kind !== 'ok') return answer
  const [root] = answer.value.messages ?? []
  return { kind: 'ok', value: root?.ts === ts && (root as { subtype?: string }).subtype !== 'tombstone' }
}
