import { context } from '../../../templates/blocks.ts'
import type { Message } from '../../../templates/message.ts'
import { when } from '../../../templates/text.ts'

const LATE_MS = 60_000

/** Slack was away or busy: what is said more than a minute after it was recorded says so. */
export function sayWhenLate(message: Message, recordedAt: Date): Message {
  if (Date.now() - recordedAt.getTime() <= LATE_MS) return message
  const note = `Posted late: recorded ${when(recordedAt)}`
  return { text: `${message.text}\n${note}`, ...(message.blocks && { blocks: [...message.blocks, context(note)] }) }
}
