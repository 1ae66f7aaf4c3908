import { PatchStrategy } from '@kubernetes/client-node'
import type { Cluster } from './cluster.ts'
import { patchIf } from './conditional.ts'
import type { KubernetesPort } from './port.ts'

/**
 * One conditional write: the API server itself checks that the object is the same and still runs `from`. The scale
 * subresource carries the deployment's UID, so both tests fit into one patch (tried against 1.20).
 */
export function scaleWith(cluster: Cluster): KubernetesPort['scale'] {
  return ({ name, uid }, { from, to }, { dryRun = false } = {}) => {
    const body = [
      { op: 'test', path: '/metadata/uid', value: uid },
      isStill(from),
      { op: 'add', path: '/spec/replicas', value: to },
    ]
    const patch = { resource: 'deployments/scale', name, body, strategy: PatchStrategy.JsonPatch, dryRun } as const
    return patchIf(cluster, patch, (request, options) => cluster.apps.patchNamespacedDeploymentScale(request, options))
  }
}

/** Zero replicas are left out of a Scale's JSON: there, `spec` is empty. For the same reason we `add`, not `replace`. */
const isStill = (replicas: number) =>
  replicas === 0 ? { op: 'test', path: '/spec', value: {} } : { op: 'test', path: '/spec/replicas', value: replicas }
