import { setTimeout as delay } from 'node:timers/promises'
import type { WebClient } from '@slack/web-api'
import { ask } from './projection/answer.ts'

const EVERY_MS = 60_000

/**
 * Over HTTP there is no connection that could be lost: whether Slack and we see each other is asked once a minute. Resolves
 * to why not, once Slack can't be asked; rejects when aborted.
 */
export async function untilAway(client: WebClient, signal: AbortSignal, everyMs = EVERY_MS): Promise<Error> {
  for (;;) {
    await delay(everyMs, undefined, { signal, ref: false })
    const answer = await ask(() => client.auth.test())
    if (answer.kind === 'unknown') return new Error(answer.error)
  }
}
