import { createHmac } from 'node:crypto'
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

export const SECRET = 'bench-secret'

/** One request, signed as Slack signs; resolves to its status and how long it took, in milliseconds. */
function deliver(url: URL, body: string, agent: Agent): Promise<{ status: number; ms: number }> {
  const timestamp = String(Math.floor(Date.now() / 1000))
  const signature = `v0=${createHmac('sha256', SECRET).update(`v0:${timestamp}:${body}`).digest('hex')}`
  const started = performance.now()
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': Buffer.byteLength(body),
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': signature,
    }
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume().on('end', () => resolve({ status: response.statusCode ?? 0, ms: performance.now() - started }))
    })
    sent.on('error', reject).end(body)
  })
}

/** Commands acknowledged a second, with so many under way at once. Every one must be acknowledged with 200. */
export async function throughput(
  port: number,
  responseUrl: string,
  { seconds = 3, atOnce = 16 } = {},
): Promise<number> {
  const url = new URL(`http://127.0.0.1:${port}/slack/events`)
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce })
  const until = performance.now() + seconds * 1000
  let acknowledged = 0
  const started = performance.now()
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (performance.now() < until) {
        const { status } = await deliver(url, command(responseUrl), agent)
        if (status !== 200) throw new Error(`answered ${status}`)
        acknowledged += 1
      }
    }),
  )
  agent.destroy()
  return acknowledged / ((performance.now() - started) / 1000)
}

let triggers = 0
const command = (responseUrl: string): string =>
  new URLSearchParams({
    ...{ team_id: 'T0FAKE', channel_id: 'C0INCIDENTS', user_id: 'U0ALICE', user_name: 'alice', api_app_id: 'A0FAKE' },
    ...{ command: '/ops', text: 'help', trigger_id: `bench.${++triggers}`, response_url: responseUrl },
  }).toString()

/** Where answers go, and a Web API for whoever asks one: takes everything, and knows everybody. */
export async function sink(): Promise<{ url: string; close(): void }> {
  const user = { id: 'U0ALICE', name: 'alice', real_name: 'Alice' }
  const answer = JSON.stringify({ ok: true, user, message_ts: '1763712000.000100' })
  const server = createServer((incoming, response) => incoming.resume().on('end', () => response.end(answer)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() }
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

export const percentile = (values: number[], p: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor((values.length * p) / 100))] ?? Number.NaN
