import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node'
import type { Cluster } from './cluster.ts'
import { conditional } from './conditional.ts'
import { checkedName } from './names.ts'
import type { KubernetesPort } from './port.ts'

/**
 * One conditional write: the API server itself checks that the object is the same and still runs `from`. The scale
 * subresource carries the deployment's UID, so both tests fit into one patch (tried against 1.20).
 */
export function scaleWith(cluster: Cluster): KubernetesPort['scale'] {
  return async ({ name, uid }, { from, to }, { dryRun = false } = {}) => {
    checkedName('deployment', name)
    const body = [
      { op: 'test', path: '/metadata/uid', value: uid },
      isStill(from),
      { op: 'add', path: '/spec/replicas', value: to },
    ]
    const intent = {
      verb: 'patch',
      resource: 'deployments/scale',
      object: { kind: 'deployment', name },
      changes: !dryRun,
    } as const
    const write = cluster.call(intent, (options) =>
      cluster.apps.patchNamespacedDeploymentScale(
        { name, namespace: cluster.namespace, body, fieldManager: 'firebreak', ...(dryRun && { dryRun: 'All' }) },
        setHeaderOptions('Content-Type', PatchStrategy.JsonPatch, options),
      ),
    )
    return conditional(write)
  }
}

/** Zero replicas are left out of a Scale's JSON: there, `spec` is empty. For the same reason we `add`, not `replace`. */
const isStill = (replicas: number) =>
  replicas === 0 ? { op: 'test', path: '/spec', value: {} } : { op: 'test', path: '/spec/replicas', value: replicas }
