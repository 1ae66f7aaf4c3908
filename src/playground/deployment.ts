import { randomInt, randomUUID } from 'node:crypto'
import { createPod, type SimPod } from './pod.ts'

export interface SimDeployment {
  name: string
  uid: string
  image: string
  createdAt: number
  replicas: number
  generation: number
  observedGeneration: number
  resourceVersion: number
  podReadyMs: number
  pods: SimPod[]
}

/** A namespace's quota, as real ones have it: a deployment that asks for more waits for the rest for ever. */
const POD_QUOTA = 100

export function createDeployment(spec: {
  name: string
  image: string
  replicas: number
  at: number
  podReadyMs: number
}): SimDeployment {
  const { at: createdAt, ...rest } = spec
  const counters = { generation: 1, observedGeneration: 0, resourceVersion: randomInt(1_000, 100_000) }
  return { ...rest, uid: randomUUID(), createdAt, ...counters, pods: [] }
}

/** One turn of the deployment controller and of the kubelet: the pods that are asked for, and readiness when it is time. */
export function reconcile(deployment: SimDeployment, at: number): void {
  const { name, pods, replicas, podReadyMs } = deployment
  const before = print(deployment)
  deployment.observedGeneration = deployment.generation
  const missing = Math.min(replicas, POD_QUOTA) - pods.length
  for (let nth = 1; nth <= missing; nth++) pods.push(createPod(name, at, at + nth * podReadyMs))
  // Like the real one: what isn't ready goes first, then the youngest (an index of -1 is the last).
  while (pods.length > replicas)
    pods.splice(
      pods.findLastIndex(({ ready }) => !ready),
      1,
    )
  for (const pod of pods) if (!pod.looping && at >= pod.readyAt) pod.ready = true
  if (print(deployment) !== before) deployment.resourceVersion += 1
}

const print = ({ observedGeneration, pods }: SimDeployment) =>
  `${observedGeneration} ${pods.length} ${pods.filter(({ ready }) => ready).length}`
