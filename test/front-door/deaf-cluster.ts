import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPlayground } from '../../src/playground/playground.ts'
import { EFFECT, startRelay } from '../support/relay.ts'

/** The playground behind a line that can go dead at the worst moment: when a change was sent. */
export interface DeafCluster {
  /** Of the bot, for `startBot`. */
  kubeconfig: string
  /** The line goes dead with the next change: it arrives or it doesn't, and nobody hears which until `hear`. */
  goDeaf(next: 'arrives' | 'is lost'): void
  hear(): void
  /** How many changes were sent. */
  sent(): number
  replicas(deployment: string): number
  /** Somebody else scales it. */
  scale(deployment: string, replicas: number): void
  close(): Promise<void>
}

export async function startDeafCluster(): Promise<DeafCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'firebreak-deaf-'))
  const kubeconfig = join(folder, 'kubeconfig')
  const playground = await startPlayground({ podReadyMs: 20 })
  await playground.kubeconfig(join(folder, 'behind'))
  let next: 'arrives' | 'is lost' | null = null
  let isDeaf = false
  let sent = 0
  const relay = await startRelay(join(folder, 'behind'), async ({ line, perform }) => {
    if (!EFFECT.test(line)) return isDeaf ? null : await perform()
    sent += 1
    isDeaf ||= next !== null
    if (!isDeaf) return await perform()
    if (next === 'arrives') await perform()
    next = null
    return null
  })
  await relay.kubeconfig(kubeconfig)

  return {
    kubeconfig,
    goDeaf(how) {
      next = how
    },
    hear() {
      isDeaf = false
    },
    sent: () => sent,
    replicas: (name) => playground.world.deployments.get(name)?.replicas ?? Number.NaN,
    scale: (name, replicas) => void playground.world.scale(name, replicas),
    async close() {
      await relay.close()
      await playground.close()
      await rm(folder, { recursive: true })
    },
  }
}
