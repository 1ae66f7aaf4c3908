import { App, HTTPReceiver, LogLevel } from '@slack/bolt'

/** The yardstick: a Bolt app that acknowledges `/ops` and, with `respond`, answers as the bot does. Prints its port. */
const [answers] = process.argv.slice(2)
const receiver = new HTTPReceiver({ signingSecret: 'bench-secret', logLevel: LogLevel.ERROR })
const app = new App({
  receiver,
  authorize: async () => ({ botToken: 'xoxb-bench' }),
  convoStore: false,
  logLevel: LogLevel.ERROR,
})
app.command('/ops', async ({ ack, respond }) => {
  await ack()
  if (answers === 'respond') await respond({ response_type: 'ephemeral', text: 'x'.repeat(900) })
})
const server = await app.start(0)
console.log(JSON.stringify({ port: (server.address() as { port: number }).port }))
