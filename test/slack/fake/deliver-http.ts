import { createHmac } from 'node:crypto'
import { request } from 'node:http'
import type { Ack, Delivery, Json } from './types.ts'

export interface Retry {
  num: number
  reason: string
}

/** Sends one delivery once. `shown` is set when the person sees an error. */
export interface Transport {
  send(delivery: Delivery, retry?: Retry): Promise<Ack>
  close(): void
}

export interface RawOptions {
  /** `good` unless a test says otherwise. */
  signature?: 'good' | 'bad' | 'missing'
  /** How long ago it claims to be signed. */
  ageSeconds?: number
  headers?: Record<string, string>
}

/** Signed requests to the bot's URL, one connection each. */
export class HttpTransport implements Transport {
  url = ''
  readonly #secret: string
  readonly #within: number
  readonly #now: () => number

  constructor({ secret, within, now }: { secret: string; within: number; now: () => number }) {
    this.#secret = secret
    this.#within = within
    this.#now = now
  }

  send(delivery: Delivery, retry?: Retry): Promise<Ack> {
    const retried = retry &&
      delivery.kind === 'events_api' && { 'x-slack-retry-num': String(retry.num), 'x-slack-retry-reason': retry.reason }
    return this.raw(delivery, { headers: { ...retried } })
  }

  raw({ kind, payload }: Pick<Delivery, 'kind' | 'payload'>, options: RawOptions = {}): Promise<Ack> {
    if (!this.url) throw new Error('the fake does not know where to deliver: call slack.deliverTo(url) first')
    const body = encoded(kind, payload)
    const type = kind === 'events_api' ? 'application/json' : 'application/x-www-form-urlencoded'
    const headers = { 'content-type': type, ...this.#signed(body, options), ...options.headers }
    const start = performance.now()
    return new Promise((resolve) => {
      const settle = (ack: Omit<Ack, 'ms'>) => {
        clearTimeout(timer)
        resolve({ ...ack, ms: performance.now() - start })
      }
      const timer = setTimeout(() => settle({ status: 0, body: undefined, shown: 'operation_timeout' }), this.#within)
      const sent = request(this.url, { method: 'POST', headers, agent: false }, async (response) => {
        let text = ''
        for await (const chunk of response.setEncoding('utf8')) text += chunk
        const status = response.statusCode ?? 0
        const ok = status >= 200 && status < 300
        const answer = decoded(text, response.headers['content-type'])
        settle({ status, body: answer, ...(!ok && { shown: 'dispatch_failed' }) })
      })
      sent.on('error', () => settle({ status: 0, body: undefined, shown: 'dispatch_failed' }))
      sent.end(body)
    })
  }

  close() {}

  #signed(body: string, { signature = 'good', ageSeconds = 0 }: RawOptions): Record<string, string> {
    const timestamp = Math.floor(this.#now() / 1000) - ageSeconds
    const secret = signature === 'bad' ? `${this.#secret}-not` : this.#secret
    const hmac = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')
    return {
      'x-slack-request-timestamp': String(timestamp),
      ...(signature !== 'missing' && { 'x-slack-signature': `v0=${hmac}` }),
    }
  }
}

function encoded(kind: Delivery['kind'], payload: Json): string {
  if (kind === 'events_api') return JSON.stringify(payload)
  if (kind === 'interactive') return new URLSearchParams({ payload: JSON.stringify(payload) }).toString()
  return new URLSearchParams(payload as Record<string, string>).toString()
}

/** Both modes give the same: nothing, or an object; plain text is `{ text }`. */
function decoded(text: string, type = ''): Json | undefined {
  if (text === '') return undefined
  return type.startsWith('application/json') ? (JSON.parse(text) as Json) : { text }
}
