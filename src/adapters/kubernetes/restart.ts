import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node'
import type { Cluster } from './cluster.ts'
import { conditional } from './conditional.ts'
import { RESTARTED_AT } from './deployment.ts'
import { checkedName } from './names.ts'
import type { KubernetesPort } from './port.ts'

/**
 * A merge patch, since a JSON Patch can't add to annotations that may not be there. A UID can't change, so the server
 * refuses the patch when another object has taken the name (tried against 1.20).
 */
export function restartWith(cluster: Cluster): KubernetesPort['restart'] {
  return async ({ name, uid }, at, { dryRun = false } = {}) => {
    checkedName('deployment', name)
    const body = { metadata: { uid }, spec: { template: { metadata: { annotations: { [RESTARTED_AT]: at } } } } }
    const intent = {
      verb: 'patch',
      resource: 'deployments',
      object: { kind: 'deployment', name },
      changes: !dryRun,
    } as const
    const write = cluster.call(intent, (options) =>
      cluster.apps.patchNamespacedDeployment(
        { name, namespace: cluster.namespace, body, fieldManager: 'firebreak', ...(dryRun && { dryRun: 'All' }) },
        setHeaderOptions('Content-Type', PatchStrategy.MergePatch, options),
      ),
    )
    return conditional(write)
  }
}
