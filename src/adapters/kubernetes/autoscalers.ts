import type { Cluster } from './cluster.ts'
import { checkedName } from './names.ts'
import type { Autoscaler } from './port.ts'

/** The HorizontalPodAutoscalers that target this deployment. autoscaling/v1 is served by old and new clusters alike. */
export async function findAutoscalers(cluster: Cluster, deployment: string): Promise<Autoscaler[]> {
  checkedName('deployment', deployment)
  const { items } = await cluster.call({ verb: 'list', resource: 'horizontalpodautoscalers' }, (options) =>
    cluster.autoscaling.listNamespacedHorizontalPodAutoscaler({ namespace: cluster.namespace }, options),
  )
  return items
    .filter(({ spec }) => spec?.scaleTargetRef.kind === 'Deployment' && spec.scaleTargetRef.name === deployment)
    .map(({ metadata, spec }) => ({
      name: metadata?.name ?? '',
      min: spec?.minReplicas ?? 1,
      max: spec?.maxReplicas ?? 0,
    }))
}
