import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { checkoutTimesOut } from './checkout-times-out.ts'
import { type Account, serve } from './server.ts'
import { createWorld, type Scenario, type World } from './world.ts'

export interface Playground {
  /** `http://127.0.0.1:PORT`. */
  url: string
  /**
   * Writes a kubeconfig that reaches this playground. `bot` may do all that is served here, in the namespace
   * `microservices`; `viewer` may only look. Tokens are new at each start.
   */
  kubeconfig(path: string, account?: 'bot' | 'viewer'): Promise<void>
  world: World
  close(): Promise<void>
}

/**
 * Starts the simulated production: an API server on loopback in front of a world in memory. A restart begins the
 * scenario anew, with the replicas of `initial` where given.
 *
 * `port` 0 takes any free one. `podReadyMs`: how long a container takes to be ready; new pods come one after the other.
 */
export async function startPlayground(
  options: {
    port?: number
    podReadyMs?: number
    scenario?: Scenario
    initial?: Record<string, number>
    now?: () => number
  } = {},
): Promise<Playground> {
  const { port = 0, podReadyMs = 1500, scenario = checkoutTimesOut(), initial = {}, now = Date.now } = options
  const world = createWorld({ scenario, podReadyMs, initial, now })
  const tokens = { bot: randomBytes(24).toString('hex'), viewer: randomBytes(24).toString('hex') }
  const accounts = new Map<string, Account>([
    [tokens.bot, { name: 'bot', denied: [] }],
    [tokens.viewer, { name: 'viewer', denied: ['patch apps/deployments/scale', 'patch apps/deployments'] }],
  ])
  const server = createServer(async (request, response) => {
    const { status, body } = await serve(world, accounts, request).catch((error: Error) => ({
      status: 500,
      body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', message: error.message, code: 500 },
    }))
    response.writeHead(status, { 'content-type': typeof body === 'string' ? 'text/plain' : 'application/json' })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    url,
    world,
    kubeconfig: (path, account = 'bot') =>
      writeFile(path, JSON.stringify(kubeconfig(url, account, tokens[account]), null, 2), { mode: 0o600 }),
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()))
        server.closeAllConnections()
      }),
  }
}

/** JSON is YAML. Without `insecure-skip-tls-verify`, client-node refuses plain HTTP. */
const kubeconfig = (server: string, user: string, token: string) => ({
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'playground',
  clusters: [{ name: 'playground', cluster: { server, 'insecure-skip-tls-verify': true } }],
  users: [{ name: user, user: { token } }],
  contexts: [{ name: 'playground', context: { cluster: 'playground', user, namespace: 'microservices' } }],
})
