import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request as overHttp } from 'node:http'
import { request as overHttps, type RequestOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { KubeConfig } from '@kubernetes/client-node'

/** Requests that change something: no look, no dry run, no question about rights. */
export const EFFECT = /^(?!GET |.*dryRun|.*accessreviews)/

interface Answered {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

/** One request on its way to the cluster. */
export interface Exchange {
  /** `PATCH /apis/apps/v1/namespaces/…`. */
  line: string
  /** Passes it on, and resolves to what the cluster answered. */
  perform(): Promise<Answered>
}

/** An API server on loopback in front of a cluster, where requests and answers can be kept, counted and lost. */
export interface Relay {
  /** Writes a kubeconfig that leads here; returns the token in it. */
  kubeconfig(path: string): Promise<string>
  /** Breaks all connections and refuses new ones, until `accept`. */
  refuse(): Promise<void>
  accept(): Promise<void>
  close(): Promise<void>
}

/** In front of the cluster of this kubeconfig, as its user. What `handle` resolves to is the answer; null hangs up. */
export async function startRelay(
  kubeconfig: string,
  handle: (exchange: Exchange) => Promise<Answered | null>,
): Promise<Relay> {
  const config = new KubeConfig()
  config.loadFromFile(kubeconfig)
  const { server } = config.getCurrentCluster() ?? { server: '' }
  const account: RequestOptions = {}
  await config.applyToHTTPSOptions(account)
  const token = randomUUID()

  async function perform(incoming: IncomingMessage, body: Buffer): Promise<Answered> {
    const { authorization, host, connection, ...headers } = incoming.headers
    const options = { method: incoming.method, headers: { ...headers, ...account.headers } }
    const url = `${server}${incoming.url}`
    const onward = server.startsWith('https:')
      ? overHttps(url, { ...options, agent: account.agent })
      : overHttp(url, { ...options, agent: false })
    const answer = await new Promise<IncomingMessage>((resolve, reject) =>
      onward.once('response', resolve).once('error', reject).end(body),
    )
    return { status: answer.statusCode ?? 502, headers: answer.headers, body: await buffer(answer) }
  }

  const relay = createServer(async (incoming, outgoing) => {
    const body = await buffer(incoming)
    const line = `${incoming.method} ${incoming.url}`
    const answer = await handle({ line, perform: () => perform(incoming, body) }).catch(() => null)
    if (!answer) return void outgoing.destroy()
    const { 'transfer-encoding': chunked, connection, ...headers } = answer.headers
    outgoing.writeHead(answer.status, headers).end(answer.body)
  })
  const listen = (port: number) => new Promise<void>((resolve) => relay.listen(port, '127.0.0.1', resolve))
  await listen(0)
  const { port } = relay.address() as AddressInfo
  const close = async () => {
    const closed = new Promise((resolve) => relay.close(resolve))
    relay.closeAllConnections()
    await closed
  }

  return {
    async kubeconfig(path) {
      const here = {
        'current-context': 'relay',
        clusters: [
          { name: 'relay', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } },
        ],
        users: [{ name: 'bot', user: { token } }],
        contexts: [{ name: 'relay', context: { cluster: 'relay', user: 'bot' } }],
      }
      await writeFile(path, JSON.stringify(here), { mode: 0o600 })
      return token
    },
    refuse: close,
    accept: () => listen(port),
    close,
  }
}
