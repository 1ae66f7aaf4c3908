import { join } from 'node:path'
import { startPlayground } from '../../src/playground/playground.ts'
import type { Scenario } from '../../src/playground/world.ts'

export const SERVICES = ['checkout', 'payments', 'catalog', 'search', 'mail', 'login']

const quiet: Scenario = {
  deployments: SERVICES.map((name) => ({ name, image: `${name}:1`, replicas: 3 })),
  autoscalers: [],
  begin: () => {},
  step: () => {},
}

/** An effect that really happened. */
export interface Effect {
  name: string
  from: number
  to: number
}

/** A production that counts what is done to it. */
export async function startProduction(folder: string) {
  const effects: Effect[] = []
  const playground = await startPlayground({ podReadyMs: 20, scenario: quiet })
  const { scale } = playground.world
  Object.assign(playground.world, {
    scale(name: string, replicas: number) {
      const from = playground.world.deployments.get(name)?.replicas ?? 0
      if (from !== replicas) effects.push({ name, from, to: replicas })
      return scale(name, replicas)
    },
  })
  const kubeconfig = join(folder, 'kubeconfig')
  await playground.kubeconfig(kubeconfig)
  return {
    effects,
    kubeconfig,
    replicas: (name: string) => playground.world.deployments.get(name)?.replicas ?? 0,
    close: playground.close,
  }
}

export type Production = Awaited<ReturnType<typeof startProduction>>
