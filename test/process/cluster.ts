import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPlayground } from '../../src/playground/playground.ts'
import { EFFECT, startRelay } from '../support/relay.ts'

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

  const folder = await mkdtemp(join(tmpdir(), 'firebreak-cluster-'))
  await playground.kubeconfig(join(folder, 'kubeconfig'))
  const relay = await startRelay(join(folder, 'kubeconfig'), async ({ line, perform }) => {
    if (isAway) return null
    lines.push(line)
    const answer = await perform()
    if (held?.line.test(line)) {
      held.reached()
      await held.released
    }
    return answer
  })

  return {
    kubeconfig: relay.kubeconfig,
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
      await relay.close()
      await playground.close()
      await rm(folder, { recursive: true })
    },
  }
}
