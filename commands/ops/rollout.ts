import type { Deployment } from '../../src/adapters/kubernetes/port.ts'
import type { Bound, Observation } from '../../src/operations/operation.ts'
import { enoughReady, judge } from './health.ts'

/**
 * How far a deployment is that is asked for what a change asked for. As kubectl's `rollout status` decides it: the
 * controller saw it, and nothing is missing or left over; only how many have to be ready is for the service to say.
 */
export async function rollout({ port, healthy }: Bound, deployment: Deployment): Promise<Observation> {
  const { name, replicas, status, stuck } = deployment
  const replaced = status.observed && status.updated === replicas && status.total === replicas
  if (replaced && status.available >= enoughReady(replicas, healthy)) {
    return { effect: 'present', health: 'settled', summary: `${status.ready}/${replicas} ready` }
  }
  // Whoever waits wants to know what keeps it; that the pods can't be listed leaves no doubt of the effect.
  const { summary } = judge(deployment, await port.pods(name).catch(() => ({ items: [], truncated: false })), healthy)
  if (!stuck) return { effect: 'present', health: 'settling', summary }
  const { why, since } = stuck
  return { effect: 'present', health: 'failed', failedSince: since, summary: `${summary}: ${why}` }
}
