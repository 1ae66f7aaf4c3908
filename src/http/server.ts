import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Registry } from 'prom-client'

export interface HttpServer {
  /** Resolves to the port. Rejects with `code: 'port_taken'` when another program has it. */
  start(): Promise<number>
  /** Takes no more requests, lets those at work end for up to 2.5 s, then cuts them. */
  stop(): Promise<void>
}

/** What the readiness of a replica hangs on; the states of Slack and Redis are shown and decide nothing. */
export interface Health {
  database: boolean
  listener: boolean
  slack: object
  redis: object
}

class HttpError extends Error {
  readonly code: 'port_taken'

  constructor(code: 'port_taken', message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

const DRAIN_MS = 2_500

const STARTING = { kind: 'error', code: 'starting', text: 'Firebreak is starting. Try again in a moment.' }

/**
 * `slack` gets `POST /slack/events`; null in Socket Mode. `api` gets what is below `/api/`. Neither gets anything before
 * `started`: until then the tables may be an earlier release's. Port 0 is any free one.
 */
export function createHttpServer(options: {
  port: number
  started?: () => boolean
  slack: RequestListener | null
  api?: RequestListener
  health: () => Promise<Health>
  metrics: Registry
}): HttpServer {
  const { port, started = () => true, slack, api, health, metrics } = options
  const whenStarted =
    (listener: RequestListener): RequestListener =>
    (request, response) =>
      started() ? listener(request, response) : sendJson(response, 503, STARTING, { 'retry-after': '1' })

  const routes: Record<string, RequestListener> = {
    'GET /health/live': (_, response) => sendJson(response, 200, { live: true }),
    'GET /health/ready': async (_, response) => {
      const { database, listener, slack, redis } = await health()
      const ready = database && listener
      sendJson(response, ready ? 200 : 503, { ready, database, listener, slack, redis })
    },
    'GET /metrics': async (_, response) => {
      response.setHeader('content-type', metrics.contentType)
      response.end(await metrics.metrics())
    },
    ...(slack && { 'POST /slack/events': whenStarted(slack) }),
  }
  const apiRoute = api && whenStarted(api)

  const server = createServer(async (request, response) => {
    const [path] = (request.url ?? '').split('?', 1)
    const route = path?.startsWith('/api/')
      ? apiRoute
      : routes[`${request.method === 'HEAD' ? 'GET' : request.method} ${path}`]
    if (!route) return sendJson(response, 404, { error: 'not found' })
    try {
      await route(request, response)
    } catch (error) {
      if (!response.headersSent) sendJson(response, 500, { error: (error as Error).message })
    }
  })

  return {
    start: () =>
      new Promise((resolve, reject) => {
        server.once('error', (error) => reject(explain(error, port)))
        server.listen(port, () => resolve((server.address() as AddressInfo).port))
      }),
    stop: () =>
      new Promise((resolve) => {
        const late = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
        server.close(() => {
          clearTimeout(late)
          resolve()
        })
      }),
  }
}

function sendJson(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(`${JSON.stringify(body)}\n`)
}

function explain(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code !== 'EADDRINUSE') return error
  const message = `Port ${port} is taken by another program; set PORT to a free one`
  return new HttpError('port_taken', message, { cause: error })
}
