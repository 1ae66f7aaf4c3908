import type { V1Deployment, V1DeploymentCondition, V1DeploymentSpec } from '@kubernetes/client-node'
import type { Cluster } from './cluster.ts'
import { checkedName } from './names.ts'
import type { Deployment } from './port.ts'

/** kubectl's own, so that one looks like the other's. */
export const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt'

/** The deployment as the API server has it; `not_found` when there is none. */
export async function readDeployment(cluster: Cluster, name: string): Promise<V1Deployment> {
  checkedName('deployment', name)
  return cluster.call({ verb: 'get', resource: 'deployments', object: { kind: 'deployment', name } }, (options) =>
    cluster.apps.readNamespacedDeployment({ name, namespace: cluster.namespace }, options),
  )
}

/** What the port tells of it. Counts that are zero are absent in the API's JSON. */
export function describeDeployment({ metadata, spec, status }: V1Deployment): Deployment {
  const progressing = status?.conditions?.find(({ type }) => type === 'Progressing')
  const replicas = spec?.replicas ?? 1
  return {
    name: metadata?.name ?? '',
    uid: metadata?.uid ?? '',
    replicas,
    status: {
      observed: (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0),
      updated: status?.updatedReplicas ?? 0,
      total: status?.replicas ?? 0,
      ready: status?.readyReplicas ?? 0,
      available: status?.availableReplicas ?? 0,
    },
    stuck: progressing?.reason === 'ProgressDeadlineExceeded' ? stuckBy(progressing) : null,
    paused: spec?.paused ?? false,
    restartedAt: spec?.template.metadata?.annotations?.[RESTARTED_AT] ?? null,
    mayTakeAway: mayTakeAway(spec?.strategy, replicas),
    images: spec?.template.spec?.containers.map(({ image }) => image ?? '') ?? [],
  }
}

const stuckBy = ({ message, reason, lastUpdateTime }: V1DeploymentCondition): Deployment['stuck'] => ({
  why: message ?? reason ?? '',
  since: lastUpdateTime ?? new Date(0),
})

/** As the deployment controller reckons: a share of the replicas, rounded down; one, where nothing may be added first. */
function mayTakeAway(strategy: V1DeploymentSpec['strategy'], replicas: number): number {
  if (strategy?.type === 'Recreate') return replicas
  const { maxUnavailable = '25%', maxSurge = '25%' } = strategy?.rollingUpdate ?? {}
  const most = Math.floor(shareOf(replicas, maxUnavailable))
  return most === 0 && Math.ceil(shareOf(replicas, maxSurge)) === 0 ? 1 : Math.min(most, replicas)
}

/** `3`, or `25%` of them. */
const shareOf = (replicas: number, value: string | number): number =>
  typeof value === 'number' ? value : (replicas * Number.parseInt(value, 10)) / 100
