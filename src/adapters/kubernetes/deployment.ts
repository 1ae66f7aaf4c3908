import type { V1Deployment, V1DeploymentCondition } from '@kubernetes/client-node'
import type { Cluster } from './cluster.ts'
import { checkedName } from './names.ts'
import type { Deployment } from './port.ts'

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
  return {
    name: metadata?.name ?? '',
    uid: metadata?.uid ?? '',
    replicas: spec?.replicas ?? 1,
    status: {
      observed: (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0),
      updated: status?.updatedReplicas ?? 0,
      total: status?.replicas ?? 0,
      ready: status?.readyReplicas ?? 0,
      available: status?.availableReplicas ?? 0,
    },
    stuck: progressing?.reason === 'ProgressDeadlineExceeded' ? stuckBy(progressing) : null,
    paused: spec?.paused ?? false,
    images: spec?.template.spec?.containers.map(({ image }) => image ?? '') ?? [],
  }
}

const stuckBy = ({ message, reason, lastUpdateTime }: V1DeploymentCondition): Deployment['stuck'] => ({
  why: message ?? reason ?? '',
  since: lastUpdateTime ?? new Date(0),
})
