import type { Cluster } from './cluster.ts'
import type { Right } from './port.ts'

/** All that the adapter ever needs. A Role for the bot holds these and no more. */
export const RIGHTS: Right[] = [
  { verb: 'get', resource: 'apps/deployments' },
  { verb: 'list', resource: 'pods' },
  { verb: 'get', resource: 'pods/log' },
  { verb: 'list', resource: 'autoscaling/horizontalpodautoscalers' },
  { verb: 'patch', resource: 'apps/deployments/scale' },
  { verb: 'patch', resource: 'apps/deployments' },
]

const ATTRIBUTES: Record<Right['resource'], { group: string; resource: string; subresource?: string }> = {
  'apps/deployments': { group: 'apps', resource: 'deployments' },
  'apps/deployments/scale': { group: 'apps', resource: 'deployments', subresource: 'scale' },
  'autoscaling/horizontalpodautoscalers': { group: 'autoscaling', resource: 'horizontalpodautoscalers' },
  pods: { group: '', resource: 'pods' },
  'pods/log': { group: '', resource: 'pods', subresource: 'log' },
}

/** Asks the cluster itself (SelfSubjectAccessReview, which every authenticated account may create). */
export async function findMissingRights(cluster: Cluster, needs: Right[]): Promise<Right[]> {
  const allowed = await Promise.all(needs.map((need) => isAllowed(cluster, need)))
  return needs.filter((_, index) => !allowed[index])
}

async function isAllowed(cluster: Cluster, { verb, resource }: Right): Promise<boolean> {
  const resourceAttributes = { namespace: cluster.namespace, verb, ...ATTRIBUTES[resource] }
  const review = await cluster.call({ verb: 'create', resource: 'selfsubjectaccessreviews' }, (options) =>
    cluster.authorization.createSelfSubjectAccessReview(
      {
        body: {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SelfSubjectAccessReview',
          spec: { resourceAttributes },
        },
      },
      options,
    ),
  )
  return review.status?.allowed ?? false
}
