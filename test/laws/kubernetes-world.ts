import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppsV1Api, KubeConfig, type V1Deployment } from '@kubernetes/client-node'
import { connectKubernetes } from '../../src/adapters/kubernetes/adapter.ts'
import { startPlayground } from '../../src/playground/playground.ts'
import type { Scenario } from '../../src/playground/world.ts'
import { EFFECT, startRelay } from '../support/relay.ts'
import type { Fault, World } from './world.ts'

/** A cluster, and what others than Firebreak do there. */
interface Stage {
  /** Of whoever may look at everything. */
  kubeconfig: string
  /** Of Firebreak. */
  bot: string
  namespace: string
  scale(deployment: string, replicas: number): Promise<void>
  recreate(deployment: string): Promise<void>
  close(): Promise<void>
}

/** Production on a good day: nothing here is about what a scenario does to it. */
const WELL: Scenario = {
  deployments: ['checkout', 'payments', 'catalog'].map((name) => ({ name, image: `${name}:1`, replicas: 3 })),
  autoscalers: [],
  begin() {},
  step() {},
}
/** So much faster than ours runs the playground's clock: what settles takes no time. */
const HASTE = 20

export async function playgroundWorld(): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'firebreak-laws-'))
  const began = Date.now()
  const now = () => began + (Date.now() - began) * HASTE
  const playground = await startPlayground({ podReadyMs: 20, scenario: WELL, now })
  const kubeconfig = join(folder, 'kubeconfig')
  await playground.kubeconfig(kubeconfig)
  return await kubernetesWorld({
    ...{ kubeconfig, bot: kubeconfig, namespace: playground.world.namespace },
    scale: async (name, replicas) => void playground.world.scale(name, replicas),
    recreate: async (name) => void playground.world.recreate(name),
    async close() {
      await playground.close()
      await rm(folder, { recursive: true })
    },
  })
}

export async function kubernetesWorld(stage: Stage): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'firebreak-relay-'))
  const faults: Fault[] = []
  const relay = await startRelay(stage.bot, async ({ line, perform }) => {
    const fault = EFFECT.test(line) ? faults[0] : undefined
    if (fault === 'it is cut off') return null
    if (fault === 'it is refused') return { status: 403, headers: {}, body: Buffer.from('{}') }
    const answer = await perform()
    return fault === 'the answer is lost' ? null : answer
  })
  await relay.kubeconfig(join(folder, 'kubeconfig'))

  const config = new KubeConfig()
  config.loadFromFile(stage.kubeconfig)
  const apps = config.makeApiClient(AppsV1Api)
  const deployments = async () => (await apps.listNamespacedDeployment({ namespace: stage.namespace })).items
  // A deployment's generation counts how often what it should be was changed.
  const generations = async () => Object.fromEntries((await deployments()).map(generationOf))
  const unchanged = await generations()
  /** Of objects that are gone. */
  const past: Record<string, number> = {}
  async function effects(): Promise<Record<string, number>> {
    const changed = Object.entries(await generations()).map(([uid, n]) => [uid, n - (unchanged[uid] ?? 0)] as const)
    return { ...past, ...Object.fromEntries(changed.filter(([, times]) => times > 0)) }
  }

  return {
    port: connectKubernetes({ kubeconfig: join(folder, 'kubeconfig'), namespace: stage.namespace }),
    services: (await deployments()).map(({ metadata }) => metadata?.name ?? ''),
    async meet(fault, effect) {
      faults.push(fault)
      if (fault === 'it never arrives') await relay.refuse()
      return await effect().finally(async () => {
        if (fault === 'it never arrives') await relay.accept()
        faults.shift()
      })
    },
    effects,
    picture: async () => (await deployments()).map(({ metadata, spec }) => ({ uid: metadata?.uid, spec })),
    async meddle({ object, after }) {
      if (!('replicas' in after)) return false
      await stage.scale(object.name, Number(after.replicas) + 1)
      unchanged[object.uid] = (unchanged[object.uid] ?? 0) + 1
      return true
    },
    async recreate({ object }) {
      Object.assign(past, await effects())
      await stage.recreate(object.name)
      const now = await generations()
      for (const uid of Object.keys(now)) unchanged[uid] ??= now[uid] ?? 0
    },
    async close() {
      await relay.close()
      await stage.close()
      await rm(folder, { recursive: true })
    },
  }
}

const generationOf = ({ metadata }: V1Deployment): [string, number] => [
  metadata?.uid ?? '',
  Number(metadata?.generation ?? 0),
]
