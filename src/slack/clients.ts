import {
  type WebAPICallResult,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebClient,
  type WebClientOptions,
} from '@slack/web-api'
import type { Log } from '../storage/log.ts'
import { boltLogger } from './bolt-logger.ts'
import { beginCall, type SlackMetrics } from './metrics.ts'

/**
 * Two clients, because one 429 pauses a client's whole queue: a late `chat.update` must not expire the `trigger_id`
 * of an unrelated `views.open`.
 */
export interface Clients {
  /** For what a person waits for: 5 s, never retried, a rate limit is an error. */
  interactive: WebClient
  /**
   * For the projection: 10 s. Never retried either, because a WebClient sends a post again when it can't know whether the
   * first one arrived; the projection looks first.
   */
  background: WebClient
}

/** `apiUrl` points both at an emulator; it ends with a slash. */
export function createClients(options: {
  token: string
  apiUrl: string | null
  log: Log
  metrics: SlackMetrics
}): Clients {
  const shared = {
    logger: boltLogger(options.log),
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    ...(options.apiUrl && { slackApiUrl: options.apiUrl }),
  }
  const client = (own: WebClientOptions) => new ToldClient(options.token, { ...shared, ...own }, options)
  return {
    interactive: client({ timeout: 5_000 }),
    background: client({ timeout: 10_000 }),
  }
}

/** Every method of a WebClient goes through `apiCall`. */
class ToldClient extends WebClient {
  readonly #tools: { metrics: SlackMetrics; log: Log }

  constructor(token: string, options: WebClientOptions, tools: { metrics: SlackMetrics; log: Log }) {
    super(token, options)
    this.#tools = tools
  }

  override async apiCall(method: string, options?: Record<string, unknown>): Promise<WebAPICallResult> {
    const ended = beginCall(method, this.#tools)
    try {
      const result = await super.apiCall(method, options)
      ended('ok')
      return result
    } catch (error) {
      ended(outcomeOf(error))
      throw error
    }
  }
}

const CODE = /^[a-z\d_]{1,50}$/

function outcomeOf(error: unknown): string {
  // web-api puts a body that isn't JSON (a proxy's page, a cut answer) in place of the code.
  if (error instanceof WebAPIPlatformError) return CODE.test(error.data.error) ? error.data.error : 'unreadable'
  if (error instanceof WebAPIRateLimitedError) return 'ratelimited'
  if (error instanceof WebAPIHTTPError) return `http_${error.statusCode}`
  return 'unreachable'
}

/** Slack answered, and this is its error (`channel_not_found`, …); null when it didn't answer or couldn't. */
export const platformError = (error: unknown): string | null =>
  error instanceof WebAPIPlatformError ? error.data.error : null
