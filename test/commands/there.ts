import type { Deployment, KubernetesPort, Pod } from '../../src/adapters/kubernetes/port.ts'
import type { Healthy } from '../../src/operations/catalogue.ts'
import type { Bound } from '../../src/operations/operation.ts'

/** A cluster in which checkout is like that: settled and well, but for what is said otherwise. */
export function there(
  replicas: number,
  {
    pods = [],
    healthy = null,
    truncated = false,
    ...over
  }: Partial<Deployment> & { pods?: Pod[]; healthy?: Healthy | null; truncated?: boolean } = {},
): Bound {
  const deployment: Deployment = {
    ...{
      name: 'checkout',
      uid: 'a',
      replicas,
      stuck: null,
      paused: false,
      restartedAt: null,
      mayTakeAway: 0,
      images: [],
    },
    status: { observed: true, updated: replicas, total: replicas, ready: replicas, available: replicas },
    ...over,
  }
  const port: Partial<KubernetesPort> = {
    namespace: 'microservices',
    missingRights: async () => [],
    autoscalers: async () => [],
    scale: async () => 'applied',
    restart: async () => 'applied',
    deployment: async () => deployment,
    pods: async () => ({ items: pods, truncated }),
  }
  const place = { service: 'checkout', target: 'prod', environment: 'production', deployment: 'checkout' }
  return { ...place, healthy, port: port as KubernetesPort }
}

/** A pod that has run well for an hour, but for what is said otherwise. */
export const pod = (over: Partial<Pod> = {}): Pod => ({
  ...{ name: 'checkout-7f9-abcde', phase: 'Running', ready: true, restarts: 0, trouble: null, lastEnd: null },
  ...{ lastFailureAt: null, node: 'node-1', startedAt: ago(3_600) },
  ...over,
})

export const ago = (seconds: number): Date => new Date(Date.now() - seconds * 1000)
