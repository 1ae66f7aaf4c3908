import type { Transport } from './deliver-http.ts'
import { LIMITS } from './limits.ts'
import type { Ack, Delivery, Json } from './types.ts'
import type { Workspace } from './workspace.ts'

/** Sends payloads to the bot, judges its answers, and sends events again that were not acknowledged. */
export class Deliveries {
  readonly all: Delivery[] = []
  readonly #workspace: Workspace
  readonly #transport: Transport
  readonly #retryAfter: readonly number[]
  readonly #timers = new Set<NodeJS.Timeout>()
  #stopped = false

  constructor(workspace: Workspace, transport: Transport, retryAfter: readonly number[] = LIMITS.eventRetries) {
    this.#workspace = workspace
    this.#transport = transport
    this.#retryAfter = retryAfter
  }

  /** Resolves with the first answer; further tries of an event go on behind. */
  async send(kind: Delivery['kind'], payload: Json): Promise<Delivery> {
    const delivery: Delivery = { kind, payload, acks: [] }
    this.all.push(delivery)
    const ack = await this.#attempt(delivery)
    if (kind === 'events_api' && ack.shown) this.#retry(delivery, ack, 0)
    return delivery
  }

  /** The same payload once more, as Slack does when an answer got lost. */
  redeliver(delivery: Delivery): Promise<Ack> {
    return this.#attempt(delivery, { num: delivery.acks.length, reason: 'http_timeout' })
  }

  async #attempt(delivery: Delivery, retry?: { num: number; reason: string }): Promise<Ack> {
    const ack = await this.#transport.send(delivery, retry)
    delivery.acks.push(ack)
    const name = nameOf(delivery)
    if (ack.shown === 'operation_timeout') this.#workspace.violate('late_ack', `${name} was not acknowledged in time`)
    // 503 is a replica that is going away, and no answer one that has gone: neither is a mistake.
    if (ack.status >= 400 && ack.status !== 503)
      this.#workspace.violate('refused_delivery', `${name} was answered with ${ack.status}`)
    return ack
  }

  #retry(delivery: Delivery, last: Ack, attempt: number) {
    const after = this.#retryAfter[attempt]
    if (after === undefined || this.#stopped) return
    const timer = setTimeout(async () => {
      this.#timers.delete(timer)
      const reason =
        last.shown === 'operation_timeout' ? 'http_timeout' : last.status ? 'http_error' : 'connection_failed'
      const ack = await this.#attempt(delivery, { num: attempt + 1, reason })
      if (ack.shown) this.#retry(delivery, ack, attempt + 1)
    }, after)
    this.#timers.add(timer)
  }

  stop() {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#stopped = true
  }
}

function nameOf({ kind, payload }: Delivery): string {
  if (kind === 'slash_commands') return `${payload.command} ${payload.text}`
  if (kind === 'events_api') return `event ${(payload.event as Json).type}`
  const action = (payload.actions as Json[] | undefined)?.[0]?.action_id
  return `${payload.type} ${action ?? (payload.view as Json | undefined)?.callback_id ?? ''}`
}
