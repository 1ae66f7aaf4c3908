import type { IncomingMessage, ServerResponse } from 'node:http'
import { argumentsOf, bodyOf, uploadOf } from './arguments.ts'
import type { Fault, Faults, PostRate } from './faults.ts'
import { METHODS } from './methods/index.ts'
import type { Slack } from './methods/method.ts'
import { checkScope } from './methods/scopes.ts'
import { Misuse, Refusal } from './refusal.ts'
import type { ResponseUrls } from './response-urls.ts'
import type { ApiCall, Json } from './types.ts'

export interface Tokens {
  bot: string
  app: string
}

/** Everything that the bot reaches over HTTP: `/api/METHOD`, response URLs and upload URLs. */
export class WebApi {
  readonly calls: ApiCall[] = []
  readonly #slack: Slack
  readonly #responseUrls: ResponseUrls
  readonly #faults: Faults
  readonly #rate: PostRate
  readonly #tokens: Tokens

  constructor(parts: { slack: Slack; responseUrls: ResponseUrls; faults: Faults; rate: PostRate; tokens: Tokens }) {
    this.#slack = parts.slack
    this.#responseUrls = parts.responseUrls
    this.#faults = parts.faults
    this.#rate = parts.rate
    this.#tokens = parts.tokens
  }

  async handle(request: IncomingMessage, response: ServerResponse) {
    const { pathname } = new URL(request.url ?? '/', 'http://slack')
    const [, area, name = ''] = pathname.split('/')
    const body = await bodyOf(request)
    if (area === 'api') {
      const args = this.#read(name, () => argumentsOf(request, body))
      const answer = () => ({ status: 200, body: this.#call(name, request.headers.authorization, args) })
      return this.#answer(response, name, args, answer)
    }
    if (area === 'response') {
      const args = this.#read(area, () => JSON.parse(body.toString()))
      return this.#answer(response, 'response_url', args, () => this.#respond(pathname, args))
    }
    if (area === 'upload') {
      const content = await uploadOf(request, body)
      return this.#answer(response, 'upload', { file: name }, () => {
        if (request.headers['content-length'] === undefined)
          throw new Misuse('missing_length', ['nobody said how long it is'])
        this.#slack.files.receive(name, content)
        return { status: 200, body: `OK - ${content.length}` }
      })
    }
    response.writeHead(404).end()
  }

  /** Applies what was ordered to go wrong, else answers; and notes the call. */
  #answer(
    response: ServerResponse,
    method: string,
    args: Json,
    perform: () => { status: number; body: Json | string },
  ) {
    const at = this.#slack.workspace.now()
    const fault = this.#faults.take(method, args) ?? this.#tooFast(method, args)
    const planned = fault && faulty(fault)
    const { status, body, headers = {} } = planned ?? this.#performed(method, perform)
    const result = typeof body === 'string' ? {} : body
    this.calls.push({ method, args, at, status, result: structuredClone(result) })
    if (fault?.dropResponse) return void response.destroy()
    if (fault?.hang) return
    const type = typeof body === 'string' ? 'text/plain' : 'application/json; charset=utf-8'
    const { scopes } = this.#slack
    const granted = scopes && { 'x-oauth-scopes': scopes.join(',') }
    response.writeHead(status, { 'content-type': type, ...granted, ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }

  #performed(method: string, perform: () => { status: number; body: Json | string }): Answer {
    try {
      return perform()
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      if (error instanceof Misuse) this.#slack.workspace.violate(error.error, `${method}: ${error.message}`)
      const status = method === 'response_url' || method === 'upload' ? 404 : 200
      return { status, body: error.toJSON() }
    }
  }

  #tooFast(method: string, args: Json): Fault | undefined {
    const wait = method === 'chat.postMessage' ? this.#rate.wait(String(args.channel)) : 0
    return wait > 0 ? { retryAfter: wait } : undefined
  }

  #call(name: string, authorization: string | undefined, args: Json): Json {
    const token = authorization?.replace(/^Bearer /, '') ?? args.token
    if (!token) throw new Refusal('not_authed')
    const method = METHODS.get(name)
    if (!method) throw new Misuse('unknown_method', [name])
    if (token !== this.#tokens.bot && token !== this.#tokens.app) throw new Refusal('invalid_auth')
    const needed = name === 'apps.connections.open' ? this.#tokens.app : this.#tokens.bot
    if (token !== needed) throw new Misuse('not_allowed_token_type', [name])
    const { scopes, workspace } = this.#slack
    if (scopes) checkScope(scopes, name, args, workspace)
    return { ok: true, ...method(args, this.#slack) }
  }

  #respond(path: string, body: Json) {
    this.#responseUrls.post(path, body)
    return { status: 200, body: 'ok' }
  }

  #read(method: string, read: () => Json): Json {
    try {
      return read()
    } catch (error) {
      this.#slack.workspace.violate('invalid_arguments', `${method}: ${(error as Error).message}`)
      return {}
    }
  }
}

interface Answer {
  status: number
  body: Json | string
  headers?: Record<string, string>
}

function faulty({ status, error, retryAfter, hang }: Fault): Answer | undefined {
  if (retryAfter !== undefined)
    return { status: 429, body: { ok: false, error: 'ratelimited' }, headers: { 'retry-after': String(retryAfter) } }
  if (status !== undefined) return { status, body: `HTTP ${status}` }
  if (error !== undefined) return { status: 200, body: { ok: false, error } }
  return hang ? { status: 0, body: {} } : undefined
}
