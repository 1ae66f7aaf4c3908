import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { createSlackAdapter } from '@chat-adapter/slack'
import { createMemoryState } from '@chat-adapter/state-memory'
import { type Adapter, Chat } from 'chat'

/** Another yardstick: the `chat` SDK, which acknowledges `/ops` and answers as its manual says. Prints its port. */
const [apiUrl = ''] = process.argv.slice(2)
const slack = createSlackAdapter({ botToken: 'xoxb-bench', signingSecret: 'bench-secret', apiUrl })
const bot = new Chat({
  userName: 'bench',
  adapters: { slack: slack as Adapter },
  state: createMemoryState(),
  logger: 'error',
})
bot.onSlashCommand('/ops', async ({ channel, user }) => {
  await channel.postEphemeral(user, 'x'.repeat(900), { fallbackToDM: false })
})
await bot.initialize()
/** It takes and gives what `fetch` does; the server is ours. */
const server = createServer(async (incoming, response) => {
  const headers = incoming.headers as Record<string, string>
  const request = new Request(`http://bench${incoming.url}`, { method: 'POST', headers, body: await text(incoming) })
  const answer = await bot.webhooks.slack(request)
  response.writeHead(answer.status).end(await answer.text())
})
await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
console.log(JSON.stringify({ port: (server.address() as AddressInfo).port }))
