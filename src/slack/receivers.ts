import { HTTPReceiver, SocketModeReceiver } from '@slack/bolt'
import type { Log } from '../storage/log.ts'
import { boltLogger } from './bolt-logger.ts'

/** How Slack's events reach the bot. */
export type Delivery = { mode: 'socket'; appToken: string } | { mode: 'http'; signingSecret: string }

const EVENTS_PATH = '/slack/events'

/** Made here and not by `new App({ socketMode })`, which changes the client options that it's given. */
export function createReceiver(
  delivery: Delivery,
  { apiUrl, log }: { apiUrl: string | null; log: Log },
): HTTPReceiver | SocketModeReceiver {
  const logger = boltLogger(log)
  if (delivery.mode === 'http') {
    return new HTTPReceiver({ signingSecret: delivery.signingSecret, endpoints: EVENTS_PATH, logger })
  }
  return new SocketModeReceiver({
    appToken: delivery.appToken,
    logger,
    // socket-mode 3.1.0 waits 5 s before it reconnects, and a failure then is an unhandled rejection: connection.ts
    // reconnects instead.
    autoReconnectEnabled: false,
    installerOptions: {
      clientOptions: { timeout: 10_000, retryConfig: { retries: 0 }, ...(apiUrl && { slackApiUrl: apiUrl }) },
    },
    // The default acknowledges again after some errors; over a dead connection that is an unhandled rejection.
    processEventErrorHandler: async ({ error }) => {
      log.error({ err: error }, 'a delivery of Slack could not be taken')
      return false
    },
  })
}
