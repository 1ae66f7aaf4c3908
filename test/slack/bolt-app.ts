import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { App, HTTPReceiver, LogLevel, SocketModeReceiver } from '@slack/bolt'
import { FakeSlack, type FakeSlackOptions } from './fake/fake-slack.ts'

export const silent = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => LogLevel.ERROR,
  setName() {},
}

/** A fake Slack with a bare Bolt app on it; `listen` adds its listeners. */
export async function boltOn(options: FakeSlackOptions, listen: (app: App) => void) {
  const slack = await FakeSlack.start(options)
  const app = await boltAppOn(slack, options.mode, listen)
  const stop = async () => {
    await app.stop()
    await slack.stop()
  }
  return { slack, app, client: app.client, stop }
}

/** One more app, or replica of it, put together as the product does it. */
export async function boltAppOn(slack: FakeSlack, mode: FakeSlackOptions['mode'], listen: (app: App) => void) {
  const clientOptions = { slackApiUrl: slack.apiUrl, logger: silent }
  const receiver =
    mode === 'http'
      ? new HTTPReceiver({ signingSecret: slack.signingSecret, logger: silent })
      : new SocketModeReceiver({
          appToken: slack.appToken,
          installerOptions: { clientOptions },
          // Also how long it waits before it connects again.
          clientPingTimeout: 1_000,
          logger: silent,
        })
  const app = new App({
    token: slack.botToken,
    receiver,
    deferInitialization: true,
    clientOptions,
    convoStore: false,
    extendedErrorHandler: true,
    logger: silent,
  })
  listen(app)
  await app.init()
  const started = await app.start(0)
  if (mode === 'http') {
    const { port } = (started as Server).address() as AddressInfo
    slack.deliverTo(`http://127.0.0.1:${port}/slack/events`)
  }
  return app
}
