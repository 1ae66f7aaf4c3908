import { randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import getRawBody from 'raw-body'
import type { z } from 'zod'
import { failed } from '../../templates/failures.ts'
import { IdentityUnavailable } from '../identity/roles.ts'
import type { Tokens } from '../identity/tokens.ts'
import type { Limits } from '../limits/limits.ts'
import type { Engine } from '../operations/engine.ts'
import type { Log } from '../storage/log.ts'
import { because } from '../timeline/because.ts'
import { failureOf } from '../timeline/failures.ts'
import { ApiError, Download, type Route } from './routes/route.ts'

/** Far more than the longest line. */
const MOST_BYTES = 64 * 1024

interface Tools {
  routes: Route[]
  tokens: Pick<Tokens, 'holder'>
  engine: Pick<Engine, 'refuseUnlessEntitled'>
  /** `requests` of a token; `strangers`: requests of an address whose token lets nobody in. */
  limits: Pick<Limits<'requests' | 'strangers'>, 'take'>
  metrics: { api(route: string, status: number): void }
  log: Log
}

/**
 * What the command line talks to: a bearer token says who, `routes` say what. It answers JSON, whatever happens:
 * `{ kind: 'error', code, text }` when a request can't be served.
 */
export function createApi(tools: Tools): RequestListener {
  const { routes, metrics, log } = tools
  return async (request, response) => {
    const since = performance.now()
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost')
    const route = routes.find(({ method, path }) => method === request.method && path === pathname)
    const what = route?.path ?? 'none'
    const reasons = { cause: `cli:${randomUUID()}` }
    let level: 'debug' | 'info' = 'debug'
    const done = (status: number, body: object, headers: Record<string, string> = {}) => {
      metrics.api(what, status)
      send(response, status, body, headers)
    }
    function taken(cause: string) {
      reasons.cause = cause
      // Whoever waits for a change asks where it stands again and again; and strangers fill no log.
      if (request.method === 'POST') level = 'info'
    }
    async function answer() {
      const answer = await serve(route, request, searchParams, { ...tools, taken })
      if (!(answer instanceof Download)) return done(200, answer)
      metrics.api(what, 200)
      await sendFile(response, answer)
    }
    function fail(error: unknown) {
      if (response.headersSent) {
        log.warn({ err: error, what }, 'a download was not sent whole')
        return void response.destroy()
      }
      if (error instanceof ApiError) {
        return done(error.status, { kind: 'error', code: error.code, text: error.message }, error.headers)
      }
      if (error instanceof IdentityUnavailable) {
        return done(503, { kind: 'error', code: error.code, text: error.message })
      }
      const failure = failureOf(error)
      const { cause } = reasons
      switch (failure.kind) {
        case 'duplicate':
          return done(409, { kind: 'error', code: 'duplicate', text: 'This was done already.' })
        case 'away':
          log.warn({ err: error, what }, 'a request was not recorded: the database is away')
          return done(503, { kind: 'error', code: 'database_away', text: failed(failure, cause) })
        case 'failed':
          log.error({ err: error, what }, 'a request failed')
          return done(500, { kind: 'error', code: 'failed', text: failed(failure, cause), correlation: cause })
      }
    }

    await because(reasons, async () => {
      await answer().catch(fail)
      const ms = Math.round(performance.now() - since)
      log[level]({ kind: 'cli', what, status: response.statusCode, ms }, 'a request was answered')
    })
  }
}

/** `taken` hears the request's cause as soon as it is known: it is of the token, and of the request's key if it has one. */
async function serve(
  route: Route | undefined,
  request: IncomingMessage,
  query: URLSearchParams,
  { taken, ...tools }: Tools & { taken(cause: string): void },
) {
  const { person, token } = await identify(request, tools)
  const budget = await tools.limits.take('requests', String(token))
  if (!budget.ok) throw tooMany('with this token', budget)
  if (!route)
    throw new ApiError(404, 'not_found', `there is no ${request.method} ${request.url?.split('?', 1)[0]} here`)
  const raw = route.method === 'GET' ? Object.fromEntries(query) : await readJson(request)
  const input = route.input.safeParse(raw)
  if (!input.success) throw new ApiError(400, 'bad_input', problemsOf(input.error))
  const cause = `cli:${token}:${(input.data as { key?: string }).key ?? randomUUID()}`
  taken(cause)
  if (route.act) {
    // Not the request's own cause: sent again, it is refused again.
    const asked = { person, cause: `cli:${token}:${randomUUID()}`, line: route.path }
    const refusal = await tools.engine.refuseUnlessEntitled(asked, route.act)
    if (refusal) throw new ApiError(403, refusal.code, refusal.reason)
  }
  return await route.handle(input.data, { person, token, cause })
}

async function identify({ headers, socket }: IncomingMessage, { tokens, limits, log }: Tools) {
  const [, secret] = /^Bearer (\S+)$/i.exec(headers.authorization ?? '') ?? []
  if (!secret) {
    throw unauthorized(
      'no_token',
      'a token must say who asks: Authorization: Bearer firebreak_…; an administrator issues one in Slack',
    )
  }
  const holder = await tokens.holder(secret)
  if (holder.kind === 'holder') return holder
  // Only now: behind a proxy all have one address, and whoever guesses must not lock out those whose tokens are good.
  const from = socket.remoteAddress ?? 'unknown'
  const taken = await limits.take('strangers', from)
  if (!taken.ok) throw tooMany('from your address with tokens that let nobody in', taken)
  log.warn({ from, reason: holder.reason }, 'somebody came with a token that lets nobody in')
  if (holder.code === 'not_valid') throw unauthorized(holder.code, holder.reason)
  throw new ApiError(403, holder.code, holder.reason)
}

/** Rejects what isn't JSON, and what is too long as soon as it is. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const [type] = (request.headers['content-type'] ?? '').split(';', 1)
  if (type?.trim().toLowerCase() !== 'application/json') {
    throw new ApiError(415, 'not_json', 'the body must be JSON: Content-Type: application/json')
  }
  const length = request.headers['content-length'] ?? null
  const text = await getRawBody(request, { limit: MOST_BYTES, length, encoding: 'utf-8' }).catch((error) => {
    if (error.type !== 'entity.too.large')
      throw new ApiError(400, 'bad_body', `the body can't be read: ${error.message}`)
    throw new ApiError(413, 'too_large', `the body is larger than ${MOST_BYTES / 1024} KiB`)
  })
  try {
    return JSON.parse(text)
  } catch {
    throw new ApiError(400, 'not_json', 'the body is not JSON')
  }
}

const problemsOf = ({ issues }: z.ZodError): string =>
  issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(' ')).join('; ')

const unauthorized = (code: string, text: string) => new ApiError(401, code, text, { 'www-authenticate': 'Bearer' })

function tooMany(which: string, { retryInMs }: { retryInMs: number }): ApiError {
  const seconds = String(Math.ceil(retryInMs / 1000))
  const text = `too many requests ${which}: try again in ${seconds} s`
  return new ApiError(429, 'rate_limited', text, { 'retry-after': seconds })
}

async function sendFile(response: ServerResponse, { name, type, content }: Download) {
  const disposition = `attachment; filename="${name.replaceAll(/[^\w.-]/g, '_')}"`
  response.writeHead(200, { 'content-type': type, 'content-disposition': disposition, 'cache-control': 'no-store' })
  await pipeline(content, response)
}

/** Never kept anywhere on its way: one answer holds a token. */
function send(response: ServerResponse, status: number, body: object, headers: Record<string, string>) {
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers })
    .end(`${JSON.stringify(body)}\n`)
}
