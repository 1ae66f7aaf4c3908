import { PatchStrategy } from '@kubernetes/client-node'
import type { Cluster } from './cluster.ts'
import { patchIf } from './conditional.ts'
import { RESTARTED_AT } from './deployment.ts'
import type { KubernetesPort } from './port.ts'

/**
 * A merge patch, since a JSON Patch can't add to annotations that may not be there. A UID can't change, so the server
 * refuses the patch when another object has taken the name (tried against 1.20).
 */
export function restartWith(cluster: Cluster): KubernetesPort['restart'] {
  return ({ name, uid }, at, { dryRun = false } = {}) => {
    const body = { metadata: { uid }, spec: { template: { metadata: { annotations: { [RESTARTED_AT]: at } } } } }
    const patch = { resource: 'deployments', name, body, strategy: PatchStrategy.MergePatch, dryRun } as const
    return patchIf(cluster, patch, (request, options) => cluster.apps.patchNamespacedDeployment(request, options))
  }
}
