import { setTimeout as delay } from 'node:timers/promises'
import type { ConversationsHistoryResponse } from '@slack/web-api'
import { ask } from './projection/answer.ts'

type Message = NonNullable<ConversationsHistoryResponse['messages']>[number]
type Page = Pick<ConversationsHistoryResponse, 'messages' | 'response_metadata'>

/** So many calls at once; then one in so many ms: Slack allows 50 a minute and more (conversations.history, .replies). */
const PACE = { brisk: 20, everyMs: 1_300, rateLimits: 3 }

/**
 * Calls one after the other, at Slack's pace. Null when Slack refuses: the bot is no member there, the thread is gone.
 * Rejects when Slack is away, and when aborted.
 */
export function createCalls(signal: AbortSignal) {
  let made = 0
  /** `refused` hears Slack's word for it: `not_in_channel`, … */
  return async <T>(call: () => Promise<T>, refused: (error: string) => void = () => {}): Promise<T | null> => {
    for (let limited = 0; ; limited++) {
      if (++made > PACE.brisk) await delay(PACE.everyMs, undefined, { signal })
      signal.throwIfAborted()
      const answer = await ask(call)
      if (answer.kind === 'ok') return answer.value
      if (answer.kind === 'refused') {
        refused(answer.error)
        return null
      }
      if (answer.kind === 'unknown' || limited === PACE.rateLimits)
        throw new Error(`Slack can’t be asked: ${answer.kind === 'unknown' ? answer.error : 'rate limited'}`)
      await delay(answer.ms, undefined, { signal })
    }
  }
}

export type Calls = ReturnType<typeof createCalls>

/** The messages of a list, page by page; at most so many pages. */
export async function* pages(read: (cursor: object) => Promise<Page | null>, most: number): AsyncGenerator<Message> {
  let cursor = {}
  for (let n = 0; n < most; n++) {
    const page: Page | null = await read(cursor)
    yield* (page?.messages as Message[] | undefined) ?? []
    const next = page?.response_metadata?.next_cursor
    if (!next) return
    cursor = { cursor: next }
  }
}
