import { beginCall } from './metrics.ts'

const TIMEOUT_MS = 5_000

/**
 * Posts to a `response_url`: it works in channels that the bot is no member of, five times within 30 minutes. Bolt's own
 * has no timeout and knows only the address of the gesture at hand, not the one that a modal was opened from. Sent once.
 */
export async function respond(
  url: string,
  body: Record<string, unknown>,
  tools: Parameters<typeof beginCall>[1],
): Promise<void> {
  const ended = beginCall('response_url', tools)
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error) => {
    ended('unreachable')
    throw error
  })
  ended(response.ok ? 'ok' : `http_${response.status}`)
  if (!response.ok) throw new Error(`Slack refused an answer with ${response.status}: ${await response.text()}`)
}
