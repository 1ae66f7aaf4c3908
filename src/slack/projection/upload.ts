import { setTimeout as delay } from 'node:timers/promises'
import type { Written } from '../../review/file.ts'
import { type Answer, ask } from './answer.ts'
import { inTime } from './in-time.ts'
import { findPosted } from './lookup.ts'
import { failure, type Outcome } from './outcome.ts'
import { type Claim, claimPost, type Row, readMessage, rememberFile, settle } from './store.ts'
import type { OneOffTouch } from './subjects.ts'
import type { Desk, Upload } from './tools.ts'

const UPLOAD_MS = 30_000
/** Bytes: a large file may take longer. */
const SLOWEST_PER_MS = 1_000
/** Slack shares a file some time after it says so. */
const SHARED_WITHIN = { looks: 5, everyMs: 300 }

/**
 * Puts a file into a thread: reserve, send the bytes, complete. Nobody sees it before the last of the three, so all is
 * done again until then; whether that one has happened is looked up by the file's id (files carry no metadata).
 */
export async function showFile(touch: OneOffTouch, file: Upload, desk: Desk): Promise<Outcome> {
  const row = await readMessage(desk.db, touch.subject, touch.slot)
  const root = await readMessage(desk.db, touch.root, 'card')
  if (!root?.ts) return { did: 'rootless' }
  const { channel, ts: thread_ts } = root
  const claim = { subject: touch.subject, slot: touch.slot, chain: desk.chain, channel, threadOf: root.subject }

  if (row?.file && (row.state === 'posting' || row.state === 'unknown')) {
    if (row.ageMs < desk.inFlightMs) return { did: 'wait', ms: desk.inFlightMs - row.ageMs }
    const found = await findShared(row, thread_ts, desk)
    if (found.kind !== 'ok') return failure(found, channel, desk)
    if (found.value !== null) {
      await settle(desk.db, row, { state: 'posted', ts: found.value })
      return { did: 'adopted', channel }
    }
    return complete(touch, row, { ...claim, file: row.file, hash: row.hash }, file, thread_ts, desk)
  }

  return await file.lend(async (written) => {
    const { length, hash } = written
    const reserved = await ask(() => desk.web.files.getUploadURLExternal({ filename: file.name, length }))
    if (reserved.kind !== 'ok') return failure(reserved, channel, desk)
    const { upload_url, file_id } = reserved.value as { upload_url: string; file_id: string }
    desk.assertMine()
    await rememberFile(desk.db, { ...claim, hash, file: file_id })

    const sent = await ask(() => sendBytes(upload_url, written, desk))
    if (sent.kind !== 'ok') return failure(sent, channel, desk)
    const reread = await readMessage(desk.db, touch.subject, touch.slot)
    return complete(touch, reread, { ...claim, hash, file: file_id }, file, thread_ts, desk)
  })
}

async function sendBytes(url: string, { length, read }: Written, desk: Desk) {
  const response = await desk.fetch(url, {
    method: 'POST',
    headers: { 'content-length': String(length) },
    body: ReadableStream.from(read()),
    duplex: 'half',
    signal: AbortSignal.timeout(UPLOAD_MS + Math.ceil(length / SLOWEST_PER_MS)),
    // Without these two fetch keeps all that it sends, to send it again where a redirect leads.
    window: null,
    redirect: 'error',
  })
  if (!response.ok) throw new Error(`The upload of a file was answered with ${response.status}`)
  await response.body?.cancel()
}

async function complete(
  touch: OneOffTouch,
  row: Row | null,
  claim: Claim & { file: string },
  { title, comment }: Upload,
  thread_ts: string,
  desk: Desk,
): Promise<Outcome> {
  const { channel, file } = claim
  await desk.pace.turn('posts', channel, touch.urgency, desk.signal)
  desk.assertMine()
  const claimed = await inTime(desk, claimPost(desk.db, row, claim), { state: 'unknown' })
  if (!claimed) return { did: 'wait', ms: 1000 }
  const answer = await ask(() =>
    desk.web.files.completeUploadExternal({
      ...{ files: [{ id: file, title }], channel_id: channel, thread_ts },
      ...(comment && { initial_comment: comment }),
    }),
  )
  if (answer.kind !== 'ok') {
    await settle(desk.db, claimed, { state: answer.kind === 'unknown' ? 'unknown' : 'absent' })
    return failure(answer, channel, desk, 'posts')
  }
  const shared = await findShared({ ...claim, ...claimed }, thread_ts, desk)
  const ts = shared.kind === 'ok' ? shared.value : null
  if (ts === null) desk.log.warn({ subject: touch.subject, file }, 'Slack took a file and does not show it yet')
  await settle(desk.db, claimed, { state: 'posted', ts })
  return { did: 'posted', channel }
}

/** The ts of the message that shows the file; null when Slack has none. */
async function findShared(
  row: Pick<Row, 'channel' | 'postingSince' | 'file'>,
  thread_ts: string,
  desk: Desk,
): Promise<Answer<string | null>> {
  for (let looks = 1; ; looks += 1) {
    const isIt = ({ files }: { files?: { id?: string }[] }) => files?.some(({ id }) => id === row.file) ?? false
    const answer = await findPosted(row, { ts: thread_ts }, isIt, desk)
    if (answer.kind !== 'ok') return answer
    if (answer.value?.ts) return { kind: 'ok', value: answer.value.ts }
    if (looks === SHARED_WITHIN.looks) return { kind: 'ok', value: null }
    await delay(SHARED_WITHIN.everyMs)
  }
}
