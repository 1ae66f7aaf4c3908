import { randomInt, randomUUID } from 'node:crypto'
import type { SimPod } from './pod.ts'

export interface SimDeployment {
  name: string
  uid: string
  image: string
  createdAt: number
  replicas: number
  /** Of its pod template; with the image all that there is to it. */
  annotations: Record<string, string>
  generation: number
  observedGeneration: number
  resourceVersion: number
  podReadyMs: number
  /** One for each template that there was, the present one last. */
  replicaSets: SimReplicaSet[]
  pods: SimPod[]
}

export interface SimReplicaSet {
  /** Of its template. */
  hash: string
  uid: string
  revision: number
  createdAt: number
  annotations: Record<string, string>
}

export function createDeployment(spec: {
  name: string
  image: string
  replicas: number
  at: number
  podReadyMs: number
}): SimDeployment {
  const { at: createdAt, ...rest } = spec
  const counters = { generation: 1, observedGeneration: 0, resourceVersion: randomInt(1_000, 100_000) }
  return { ...rest, uid: randomUUID(), createdAt, annotations: {}, ...counters, replicaSets: [], pods: [] }
}

/** The annotations after a merge patch: null takes one away. */
export const annotated = (
  annotations: Record<string, string>,
  patch: Record<string, string | null>,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ ...annotations, ...patch }).filter((entry): entry is [string, string] => entry[1] !== null),
  )
