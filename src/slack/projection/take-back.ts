import { type Answer, ask } from './answer.ts'
import { findPosted } from './lookup.ts'
import { failure, nothing, type Outcome } from './outcome.ts'
import { isOurs } from './post.ts'
import { rewriteDirects } from './rewrite.ts'
import { messagesShowing, type Row, readMessage, settle } from './store.ts'
import type { OneOffTouch } from './subjects.ts'
import type { Desk } from './tools.ts'

/** It is gone already. */
const GONE = ['message_not_found', 'file_not_found', 'file_deleted']

/**
 * Deletes from Slack what shows erased entries: their replies and files, and the exports that were made before; then edits
 * what people were told directly. One message a turn, so that others can go first; until none is left.
 */
export async function takeBack(touch: OneOffTouch, desk: Desk): Promise<Outcome> {
  const { entry, root } = touch
  if (entry.body.type !== 'timeline.erased') return nothing
  const [row] = await messagesShowing(desk.db, desk.chain, entry.body.entries, entry.seq)
  if (!row) return await rewriteDirects(touch, desk)
  if (row.state === 'posting' || row.state === 'unknown') {
    if (row.ageMs < desk.inFlightMs) return { did: 'wait', ms: desk.inFlightMs - row.ageMs }
    const found = await find(row, root, desk)
    if (found.kind !== 'ok') return failure(found, row.channel, desk)
    await settle(desk.db, row, { state: 'posted', ts: found.value })
    return { did: 'wait', ms: 0 }
  }
  return (await remove(row, desk)) ?? { did: 'wait', ms: 0 }
}

/** Its post had no answer: the ts, if Slack has it. */
async function find(row: Row, root: string, desk: Desk): Promise<Answer<string | null>> {
  const thread = await readMessage(desk.db, root, 'card')
  if (!thread?.ts) return { kind: 'ok', value: null }
  const isIt = (message: Parameters<typeof isOurs>[0]) =>
    row.file === null ? isOurs(message, row) : (message.files?.some(({ id }) => id === row.file) ?? false)
  const answer = await findPosted(row, { ts: thread.ts }, isIt, desk)
  return answer.kind === 'ok' ? { kind: 'ok', value: answer.value?.ts ?? null } : answer
}

/** Null when it's done: deleted, or refused for good. */
async function remove(row: Row, desk: Desk): Promise<Outcome | null> {
  const { channel, ts, file } = row
  await desk.pace.turn('edits', channel, 0, desk.signal)
  desk.assertMine()
  const answers = [
    ...(file === null ? [] : [await ask(() => desk.web.files.delete({ file }))]),
    ...(ts === null ? [] : [await ask(() => desk.web.chat.delete({ channel, ts }))]),
  ]
  const failed = answers.filter((a) => a.kind !== 'ok' && !(a.kind === 'refused' && GONE.includes(a.error)))
  const passing = failed.find((a) => a.kind !== 'refused')
  if (passing && passing.kind !== 'ok') return failure(passing, channel, desk, 'edits')
  const [refused] = failed
  if (refused?.kind === 'refused') {
    desk.log.warn(
      { subject: row.subject, channel, ts, error: refused.error },
      'Slack does not let us delete a message that shows what was erased; delete it by hand',
    )
  }
  desk.metrics.message(refused ? 'refused' : 'deleted')
  await settle(desk.db, row, refused ? { state: 'kept' } : { state: 'deleted', ts: null })
  return null
}
