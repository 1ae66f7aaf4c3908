import { readFile, writeFile } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { startPlayground } from '../../src/playground/playground.ts'

/** A PATCH that is no dry run. */
export const EFFECT = /^PATCH (?!.*dryRun)/

/** The playground behind a relay that counts what the bot really asked for, and can keep an answer back. */
export interface Cluster {
  /** Writes the kubeconfig of the relay; returns the token in it. */
  kubeconfig(path: string): Promise<string>
  /** How many requests had an effect in mind. */
  effects(): number
  replicas(): number
  /**
   * Lets requests reach the cluster and keeps the answers to those that match. `reached` resolves when the first one was
   * performed, `release` lets all answers go.
   */
  hold(line: RegExp): { reached: Promise<void>; release(): void }
  /** Hangs up on every request, until `back`. */
  away(): void
  back(): void
  /** Stops the cluster's clock: what is settling goes on settling. */
  freeze(): void
  thaw(): void
  close(): Promise<void>
}

export async function startCluster(): Promise<Cluster> {
  let isAway = false
  let frozenAt: number | null = null
  const playground = await startPlayground({ podReadyMs: 20, now: () => frozenAt ?? Date.now() })
  const lines: string[] = []
  let held: { line: RegExp; reached: () => void; released: Promise<void> } | null = null

  const relay = createServer(async (incoming, outgoing) => {
    if (isAway) return void incoming.destroy()
    const line = `${incoming.method} ${incoming.url}`
    lines.push(line)
    const { method, headers } = incoming
    const onward = request(`${playground.url}${incoming.url}`, { method, headers, agent: false }, async (answer) => {
      const body = await buffer(answer)
      if (held?.line.test(line)) {
        held.reached()
        await held.released
      }
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers).end(body)
    })
    incoming.pipe(onward)
  })
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve))
  const server = `http://127.0.0.1:${(relay.address() as AddressInfo).port}`

  return {
    async kubeconfig(path) {
      await playground.kubeconfig(path)
      const text = (await readFile(path, 'utf8')).replace(playground.url, server)
      await writeFile(path, text, { mode: 0o600 })
      return JSON.parse(text).users[0].user.token
    },
    effects: () => lines.filter((line) => EFFECT.test(line)).length,
    replicas: () => playground.world.deployments.get('checkout')?.replicas ?? Number.NaN,
    hold(line) {
      const reached = Promise.withResolvers<void>()
      const released = Promise.withResolvers<void>()
      held = { line, reached: reached.resolve, released: released.promise }
      return {
        reached: reached.promise,
        release() {
          held = null
          released.resolve()
        },
      }
    },
    away() {
      isAway = true
    },
    back() {
      isAway = false
    },
    freeze() {
      frozenAt = Date.now()
    },
    thaw() {
      frozenAt = null
    },
    async close() {
      relay.close()
      relay.closeAllConnections()
      await playground.close()
    },
  }
}
