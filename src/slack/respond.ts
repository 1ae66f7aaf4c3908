import type { SlackMetrics } from './metrics.ts'

const TIMEOUT_MS = 5_000

/**
 * Posts to a `response_url`: it works in channels that the bot is no member of, five times within 30 minutes. Bolt's own
 * has no timeout and knows only the address of the gesture at hand, not the one that a modal was opened from. Sent once.
 */
export async function respond(url: string, body: Record<string, unknown>, metrics: SlackMetrics): Promise<void> {
  const outcome = (name: string) => metrics.called('response_url', name)
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error) => {
    outcome('unreachable')
    throw error
  })
  outcome(response.ok ? 'ok' : `http_${response.status}`)
  if (!response.ok) throw new Error(`Slack refused an answer with ${response.status}: ${await response.text()}`)
}
