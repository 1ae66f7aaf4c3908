import type { Deployment, Pod, PodList } from '../../src/adapters/kubernetes/port.ts'
import type { Healthy } from '../../src/operations/catalogue.ts'
import type { Bound, Check } from '../../src/operations/operation.ts'

/** How a deployment is, for before and after. */
export async function checkDeployment({ port, deployment, healthy }: Bound): Promise<Check> {
  const [found, pods] = await Promise.all([port.deployment(deployment), port.pods(deployment)])
  return judge(found, pods, healthy)
}

/**
 * Healthy is a deployment with all replicas ready, unless the service says otherwise. A share of them is patience with
 * broken pods, and no use while one only starts; `noRestartForMs`: every container ran for so long, and none waits to be
 * started again.
 */
export function judge({ replicas, status }: Deployment, { items, truncated }: PodList, healthy: Healthy | null): Check {
  const pods = items.filter(isStaying)
  const starting = pods.filter(({ ready, trouble }) => !ready && trouble === null)
  const steady = steadiness(pods, healthy?.noRestartForMs ?? null)
  const enough = status.ready >= enoughReady(replicas, healthy)
  return {
    healthy: enough && (status.ready >= replicas || starting.length === 0) && steady.healthy,
    summary: [
      `${status.ready}/${replicas} ready`,
      ...inTrouble(pods),
      ...(starting.length > 0 ? [`${starting.length} starting`] : []),
      ...steady.says,
      ...(truncated ? [`only ${items.length} pods were looked at`] : []),
    ].join(', '),
  }
}

/** How many of its replicas have to be ready. */
export const enoughReady = (replicas: number, healthy: Healthy | null): number =>
  Math.ceil((replicas * (healthy?.readyPercent ?? 100)) / 100)

/** What a change of this service takes longer to be verified, in milliseconds: new pods have to prove themselves. */
export const provenAfter = (healthy: Healthy | null): number => healthy?.noRestartForMs ?? 0

/** A pod that goes is nobody's trouble, whatever its containers end with; one that is done is a job's with the same labels. */
const isStaying = ({ trouble, phase }: Pod): boolean => trouble !== 'Terminating' && phase !== 'Succeeded'

/** Whether all containers ran for `ms`: in a crash loop there are moments in which every pod is ready. */
function steadiness(pods: Pod[], ms: number | null): { healthy: boolean; says: string[] } {
  if (ms === null) return { healthy: true, says: [] }
  const within = (time: Date | null) => time !== null && Date.now() - time.getTime() < ms
  const failed = pods.filter(({ lastFailureAt }) => within(lastFailureAt))
  const young = pods.filter((pod) => within(pod.startedAt) && !failed.includes(pod))
  const looping = pods.some(({ trouble }) => trouble === 'CrashLoopBackOff')
  const seconds = Math.round(ms / 1000)
  return {
    healthy: failed.length === 0 && young.length === 0 && !looping,
    says: [
      ...(failed.length > 0 ? [`${failed.length} failed within ${seconds} s`] : []),
      ...(young.length > 0 ? [`${young.length} up for less than ${seconds} s`] : []),
    ],
  }
}

/** `2 pods in trouble (CrashLoopBackOff)`; empty when there are none. */
export function inTrouble(pods: Pod[]): string[] {
  const troubled = pods.filter(isStaying).filter(({ trouble }) => trouble !== null)
  if (troubled.length === 0) return []
  const reasons = [...new Set(troubled.map(({ trouble }) => trouble))].join(', ')
  return [`${troubled.length} ${troubled.length === 1 ? 'pod' : 'pods'} in trouble (${reasons})`]
}
