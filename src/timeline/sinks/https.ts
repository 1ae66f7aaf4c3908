import { Agent, request } from 'node:https'
import type { Sink } from './sink.ts'

const ANSWER_WITHIN_MS = 10_000

/** Posts lines as newline-delimited JSON. Any 2xx says that they have arrived; a redirect is not followed. */
export function createHttpsSink(
  name: string,
  { url, token, ca }: { url: string; token: string | null; ca: string | null },
): Sink {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ...(ca !== null && { ca }) })

  function send(lines: string[], signal: AbortSignal): Promise<null> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/x-ndjson', ...(token && { authorization: `Bearer ${token}` }) }
      const post = request(url, { method: 'POST', agent, signal, headers, timeout: ANSWER_WITHIN_MS }, (answer) => {
        answer.on('error', reject)
        answer.on('end', () => {
          const { statusCode = 0 } = answer
          if (statusCode >= 200 && statusCode < 300) resolve(null)
          else reject(new Error(`it answered with ${statusCode}`))
        })
        answer.resume()
      })
      post.on('timeout', () => post.destroy(new Error(`it said nothing for ${ANSWER_WITHIN_MS} ms`)))
      post.on('error', reject)
      post.end(`${lines.join('\n')}\n`)
    })
  }

  return { name, send, close: async () => agent.destroy() }
}
