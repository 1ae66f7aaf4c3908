import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Retry, Transport } from './deliver-http.ts'
import { LIMITS } from './limits.ts'
import type { Ack, Delivery, Json } from './types.ts'
import { BOT, type Workspace } from './workspace.ts'

interface Connection {
  socket: WebSocket
  /** Envelopes without an answer yet. */
  waiting: Map<string, (ack: Omit<Ack, 'ms'>) => void>
  seen: Set<string>
}

/** Socket Mode: envelopes over WebSockets, each to one connection, in turn. */
export class SocketTransport implements Transport {
  readonly #server = new WebSocketServer({ noServer: true })
  readonly #workspace: Workspace
  readonly #within: number
  readonly #tickets = new Set<string>()
  readonly #closing = new Set<NodeJS.Timeout>()
  #connections: Connection[] = []

  constructor(workspace: Workspace, within: number) {
    this.#workspace = workspace
    this.#within = within
  }

  get connected(): number {
    return this.#connections.length
  }

  /** A path that is good for one connection. */
  ticket(): string {
    const ticket = this.#workspace.newId('')
    this.#tickets.add(ticket)
    return `/link/?ticket=${ticket}&app_id=${BOT.app_id}`
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer) {
    const ticket = new URL(request.url ?? '/', 'http://slack').searchParams.get('ticket') ?? ''
    if (!this.#tickets.delete(ticket)) return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    this.#server.handleUpgrade(request, socket, head, (accepted) => this.#accept(accepted))
  }

  #accept(socket: WebSocket) {
    if (this.#connections.length >= LIMITS.connections) {
      this.#workspace.violate('too_many_websockets', `a connection beyond ${LIMITS.connections}`)
      return this.#part(socket, 'too_many_websockets')
    }
    const connection: Connection = { socket, waiting: new Map(), seen: new Set() }
    this.#connections.push(connection)
    socket.on('message', (data) => this.#answered(connection, JSON.parse(data.toString())))
    socket.on('close', () => this.#gone(connection))
    const num_connections = this.#connections.length
    socket.send(JSON.stringify({ type: 'hello', num_connections, connection_info: { app_id: BOT.app_id } }))
  }

  #answered(connection: Connection, { envelope_id, payload }: { envelope_id: string; payload?: Json }) {
    const settle = connection.waiting.get(envelope_id)
    connection.waiting.delete(envelope_id)
    if (settle) return settle({ status: 200, body: payload && Object.keys(payload).length > 0 ? payload : undefined })
    if (connection.seen.has(envelope_id)) return this.#workspace.violate('acknowledged_twice', envelope_id)
    this.#workspace.violate('unknown_envelope', `${envelope_id} was not sent over this connection, or came late`)
  }

  #gone(connection: Connection) {
    this.#connections = this.#connections.filter((one) => one !== connection)
    for (const settle of connection.waiting.values()) settle({ status: 0, body: undefined, shown: 'dispatch_failed' })
  }

  send(delivery: Delivery, retry?: Retry): Promise<Ack> {
    const connection = this.#connections.shift()
    if (!connection) return Promise.resolve({ status: 0, body: undefined, ms: 0, shown: 'dispatch_failed' })
    this.#connections.push(connection)
    const envelope_id = crypto.randomUUID()
    const start = performance.now()
    return new Promise((resolve) => {
      const settle = (ack: Omit<Ack, 'ms'>) => {
        clearTimeout(timer)
        connection.waiting.delete(envelope_id)
        if (ack.status === 200) connection.seen.add(envelope_id)
        resolve({ ...ack, ms: performance.now() - start })
      }
      const timer = setTimeout(() => settle({ status: 0, body: undefined, shown: 'operation_timeout' }), this.#within)
      connection.waiting.set(envelope_id, settle)
      const envelope = {
        envelope_id,
        type: delivery.kind,
        payload: delivery.payload,
        accepts_response_payload: delivery.kind !== 'events_api',
        ...(delivery.kind === 'events_api' && { retry_attempt: retry?.num ?? 0, retry_reason: retry?.reason ?? '' }),
      }
      connection.socket.send(JSON.stringify(envelope))
    })
  }

  /** Asks the bot to reconnect: `warning` comes about ten seconds before the end, `refresh` at it. */
  disconnect(reason: 'warning' | 'refresh') {
    for (const { socket } of this.#connections)
      this.#part(socket, reason === 'refresh' ? 'refresh_requested' : reason, reason === 'refresh' ? 1_000 : 10_000)
    // Slack sends nothing more over a connection that it has asked to go.
    this.#connections = []
  }

  /** The network between the two breaks: no frame, no handshake. */
  cut() {
    for (const { socket } of this.#connections) socket.terminate()
  }

  #part(socket: WebSocket, reason: string, grace = 0) {
    socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'fake' } }))
    const timer = setTimeout(() => socket.close(1000), grace)
    this.#closing.add(timer)
    socket.on('close', () => clearTimeout(timer))
  }

  close() {
    for (const timer of this.#closing) clearTimeout(timer)
    for (const socket of this.#server.clients) socket.terminate()
    this.#server.close()
  }
}
