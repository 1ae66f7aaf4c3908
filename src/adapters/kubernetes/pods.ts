import type { V1ContainerStatus, V1LabelSelector, V1Pod } from '@kubernetes/client-node'
import type { Cluster } from './cluster.ts'
import { readDeployment } from './deployment.ts'
import { POD_LIMIT, type Pod, type PodList } from './port.ts'

/** The pods that the deployment's selector matches, oldest first; `truncated` when the cluster has more. */
export async function listPods(cluster: Cluster, deployment: string): Promise<{ items: V1Pod[]; truncated: boolean }> {
  const { spec } = await readDeployment(cluster, deployment)
  const labelSelector = writeSelector(spec?.selector ?? {})
  const list = await cluster.call({ verb: 'list', resource: 'pods' }, (options) =>
    cluster.core.listNamespacedPod({ namespace: cluster.namespace, labelSelector, limit: POD_LIMIT }, options),
  )
  return { items: list.items.toSorted((a, b) => age(a) - age(b)), truncated: Boolean(list.metadata?._continue) }
}

export async function describePods(cluster: Cluster, deployment: string): Promise<PodList> {
  const { items, truncated } = await listPods(cluster, deployment)
  return { items: items.map(describePod), truncated }
}

export function describePod(pod: V1Pod): Pod {
  const { metadata, spec, status } = pod
  const containers = status?.containerStatuses ?? []
  return {
    name: metadata?.name ?? '',
    phase: status?.phase ?? 'Unknown',
    ready: status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false,
    restarts: containers.reduce((sum, { restartCount }) => sum + restartCount, 0),
    trouble: troubleOf(pod),
    ...lastEndOf(containers),
    node: spec?.nodeName ?? null,
    startedAt: status?.startTime ?? null,
  }
}

/** What kubectl shows in its STATUS column, when that isn't good news. */
function troubleOf({ metadata, status }: V1Pod): string | null {
  if (metadata?.deletionTimestamp) return 'Terminating'
  if (status?.reason) return status.reason // Evicted, NodeLost, …
  for (const { state } of status?.initContainerStatuses ?? []) {
    const reason = containerTrouble(state)
    if (reason) return `Init:${reason}`
  }
  for (const { state } of status?.containerStatuses ?? []) {
    const reason = containerTrouble(state)
    if (reason) return reason
  }
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled')
  return scheduled?.status === 'False' ? (scheduled.reason ?? 'Unschedulable') : null
}

/** Every container waits for a moment on its way up; these two reasons mean no more than that. */
const STARTING = new Set(['ContainerCreating', 'PodInitializing'])

function containerTrouble(state: V1ContainerStatus['state']): string | null {
  if (state?.waiting?.reason && !STARTING.has(state.waiting.reason)) return state.waiting.reason
  if (state?.terminated && state.terminated.exitCode !== 0) return state.terminated.reason ?? 'Error'
  return null
}

/** A crash loop shows as `waiting`, and only `lastState` still tells that it was the memory. */
function lastEndOf(containers: V1ContainerStatus[]): Pick<Pod, 'lastEnd' | 'lastFailureAt'> {
  const ends = containers.flatMap(({ state, lastState }) => state?.terminated ?? lastState?.terminated ?? [])
  const last = ends.toSorted((a, b) => (b.finishedAt?.getTime() ?? 0) - (a.finishedAt?.getTime() ?? 0))[0]
  if (!last) return { lastEnd: null, lastFailureAt: null }
  const { reason = 'Ended', exitCode, finishedAt = null } = last
  return { lastEnd: `${reason} (exit ${exitCode})`, lastFailureAt: exitCode === 0 ? null : finishedAt }
}

/** A label selector as the API's query parameter takes it. */
function writeSelector({ matchLabels, matchExpressions }: V1LabelSelector): string {
  const labels = Object.entries(matchLabels ?? {}).map(([key, value]) => `${key}=${value}`)
  const expressions = (matchExpressions ?? []).map(({ key, operator, values }) => {
    if (operator === 'Exists') return key
    if (operator === 'DoesNotExist') return `!${key}`
    return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values?.join(',')})`
  })
  return [...labels, ...expressions].join(',')
}

const age = ({ metadata }: V1Pod) => metadata?.creationTimestamp?.getTime() ?? 0
