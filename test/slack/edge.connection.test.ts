import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { say } from '../../commands/command.ts'
import { afterMs, aModal, asAlice, type EdgeWorld, edgeWorld } from './edge-world.ts'

// An unhandled rejection anywhere fails the run by itself: vitest sees to that.
describe('the Socket Mode connection', () => {
  let world: EdgeWorld
  let relay: Relay | undefined
  afterEach(async () => {
    await world.stop()
    await relay?.stop()
    relay = undefined
  })

  /** Types a command and expects that it's answered. */
  async function works() {
    world.reply(say('here'))
    const before = world.slack.ephemerals('U0ALICE').length
    const { ack } = await world.slack.command({ ...asAlice, command: '/ops', text: 'help' })
    expect(ack.status).toBe(200)
    await world.slack.until(() => world.slack.ephemerals('U0ALICE').length > before)
  }
  const connections = (n: number) => world.slack.until(() => world.slack.connections === n, 15_000)

  it.each(['refresh', 'warning'] as const)('is made anew at once when Slack asks for it (%s)', async (reason) => {
    world = await edgeWorld('socket')
    const asked = performance.now()
    world.slack.disconnect(reason)
    await connections(1)
    expect(performance.now() - asked).toBeLessThan(3_000)
    await works()
  })

  it('finishes and answers what it had taken when it breaks', async () => {
    world = await edgeWorld('socket')
    world.reply(() => afterMs(500, say('done')))
    await world.slack.command({ ...asAlice, command: '/ops', text: 'help' })
    world.slack.cut()
    expect((await world.told()).text).toBe('done')
    await connections(1)
    await works()
  })

  it('says under the gesture’s cause what it could not acknowledge over a connection that broke, and answers it', async () => {
    world = await edgeWorld('socket', { apiUrl: relayed })
    await connections(1)
    world.reply({ kind: 'modal', modal: aModal })
    await world.slack.command({ ...asAlice, command: '/incident', text: 'open' })
    const view = await world.slack.until(() => world.slack.views('U0ALICE').at(-1))
    world.reply(() => afterMs(500, say('done')))
    world.slack.submit({ user: 'U0ALICE', view, values: { title: 'x' } }).catch(() => {})
    await world.slack.until(() => world.asked[1])
    await relay?.stop()
    world.slack.cut()
    expect((await world.told()).text).toBe('done')
    const said = world.lines.find(({ message }) => message.startsWith('a gesture could not be acknowledged'))
    expect(said).toMatchObject({ level: 'error', cause: `view:${view.id}`, kind: 'view', user: 'U0ALICE' })
    await relay?.start()
    await connections(1)
  })

  it('comes back after Slack was away at the network level for a while', async () => {
    world = await edgeWorld('socket', { apiUrl: relayed })
    await connections(1)
    await relay?.stop()
    world.slack.cut()
    await world.slack.until(() => !world.app.state().connected && world.app.state().error)
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    await relay?.start()
    await connections(1)
    await works()
    expect(world.app.state()).toMatchObject({ connected: true, error: null })
  })

  it('comes back when the address that Slack gave leads nowhere', async () => {
    world = await edgeWorld('socket', { apiUrl: relayed })
    await connections(1)
    relay?.mislead(2)
    world.slack.cut()
    await world.slack.until(() => relay?.misleads() === 0, 10_000)
    await connections(1)
    await works()
  })

  it('is made when Slack was away at the start, and says so meanwhile', async () => {
    world = await edgeWorld('socket', { apiUrl: relayedLater })
    await world.slack.until(() => world.lines.some(({ message }) => message === 'Slack is away; trying again'))
    expect(world.app.state()).toMatchObject({ mode: 'socket', connected: false })
    await relay?.start()
    await connections(1)
    await works()
  })

  it('stops while Slack is away', async () => {
    world = await edgeWorld('socket', { apiUrl: relayedLater })
    await world.slack.until(() => world.app.state().error)
    const began = performance.now()
    await world.app.stop()
    expect(performance.now() - began).toBeLessThan(3_000)
    await relay?.start()
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect(world.slack.connections).toBe(0)
  })

  const relayedLater = async (own: string) => {
    relay = await createRelay(own)
    return relay.url
  }
  const relayed = async (own: string) => {
    const url = await relayedLater(own)
    await relay?.start()
    return url
  }
})

describe('at the start', () => {
  let world: EdgeWorld
  afterEach(() => world.stop())
  const said = (level: string) => world.lines.filter((line) => line.level === level).map(({ message }) => message)

  it('a channel that the bot is not in is said, and how to mend it', async () => {
    world = await edgeWorld('socket', {
      channels: [{ id: 'C0INCIDENTS', name: 'incidents-critical', members: ['U0ALICE'] }],
    })
    expect(said('error')).toEqual([expect.stringContaining('type "/invite @firebreak" in it')])
  })

  it('a channel that Slack does not show is said', async () => {
    world = await edgeWorld('http', { channels: [{ id: 'C0OTHER' }] })
    await world.slack.until(() => said('error').length > 0)
    expect(said('error')).toEqual([
      expect.stringMatching(/^the incidents channel C0INCIDENTS: Slack does not show it to the bot: if it is private/),
    ])
  })

  it('a token that Slack refuses is said, with what to set, and tried again', async () => {
    world = await edgeWorld('http', { before: (slack) => slack.fail('auth.test', { error: 'invalid_auth', times: 1 }) })
    await world.slack.until(() => world.app.state().connected)
    expect(said('error')).toEqual([expect.stringMatching(/SLACK_BOT_TOKEN: the token is not valid for this workspace/)])
  })
})

interface Relay {
  url: string
  start(): Promise<void>
  stop(): Promise<void>
  /** The next so many addresses for a WebSocket lead to a port that nobody listens on. */
  mislead(times: number): void
  misleads(): number
}

/** Stands between the bot and the fake's Web API, and can be away. */
async function createRelay(target: string): Promise<Relay> {
  // A port that is free now; what is away comes back where it was.
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  let server: Server | null = null
  let misleading = 0
  return {
    url: `http://127.0.0.1:${port}/api/`,
    async start() {
      server = createServer(async (request, response) => {
        const chunks: Buffer[] = []
        for await (const chunk of request) chunks.push(chunk)
        const { host: _, connection: __, ...headers } = request.headers
        const answer = await fetch(target + request.url?.slice('/api/'.length), {
          method: 'POST',
          headers: headers as Record<string, string>,
          body: Buffer.concat(chunks),
        })
        const body = (await answer.json()) as { url?: string }
        if (request.url?.endsWith('apps.connections.open') && misleading > 0) {
          misleading -= 1
          body.url = 'ws://127.0.0.1:1/nobody'
        }
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      })
      await new Promise<void>((resolve) => (server as Server).listen(port, '127.0.0.1', resolve))
    },
    async stop() {
      server?.closeAllConnections()
      await new Promise((resolve) => (server ? server.close(resolve) : resolve(null)))
      server = null
    },
    mislead: (times) => {
      misleading = times
    },
    misleads: () => misleading,
  }
}
