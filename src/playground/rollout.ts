import { createHash, randomUUID } from 'node:crypto'
import type { SimDeployment, SimReplicaSet } from './deployment.ts'
import { createPod, type SimPod } from './pod.ts'

/** A namespace's quota, as real ones have it: a deployment that asks for more waits for the rest for ever. */
const POD_QUOTA = 100

/** Kubernetes' own defaults: so many pods there may be too many while they are replaced, and so many too few. */
export const ROLLING_UPDATE = { maxSurge: '25%', maxUnavailable: '25%' }
const tooMany = (replicas: number) => Math.ceil(replicas * 0.25)
const tooFew = (replicas: number) => Math.floor(replicas * 0.25)

/** One turn of the deployment controller and of the kubelet: the pods that are asked for, and readiness when it is time. */
export function reconcile(deployment: SimDeployment, at: number): void {
  const before = print(deployment)
  deployment.observedGeneration = deployment.generation
  const { hash } = presentReplicaSet(deployment, at)
  startMissing(deployment, hash, at)
  stopReplaced(deployment, hash)
  stopSurplus(deployment, hash)
  for (const pod of deployment.pods) if (!pod.looping && at >= pod.readyAt) pod.ready = true
  if (print(deployment) !== before) deployment.resourceVersion += 1
}

/** Another template is another replica set; one that there was before becomes the newest again. */
function presentReplicaSet(deployment: SimDeployment, at: number): SimReplicaSet {
  const { image, annotations, replicaSets } = deployment
  const hash = hashOf(image, annotations)
  const last = replicaSets.at(-1)
  if (last?.hash === hash) return last
  const known = replicaSets.find((set) => set.hash === hash)
  const made = known ?? { hash, uid: randomUUID(), createdAt: at, annotations }
  const present = { ...made, revision: (last?.revision ?? 0) + 1 }
  deployment.replicaSets = [...replicaSets.filter((set) => set !== known), present]
  return present
}

const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'

/** What the real controller makes of a pod template. */
function hashOf(image: string, annotations: Record<string, string>): string {
  const template = JSON.stringify([image, Object.entries(annotations).sort()])
  const bytes = createHash('sha256').update(template).digest().subarray(0, 9)
  return [...bytes].map((byte) => ALPHABET[byte % ALPHABET.length]).join('')
}

function startMissing({ name, pods, replicas, podReadyMs }: SimDeployment, hash: string, at: number): void {
  const wanted = Math.min(replicas, POD_QUOTA)
  const missing = Math.min(wanted - count(pods, isOf(hash)), wanted + tooMany(wanted) - pods.length)
  for (let nth = 1; nth <= missing; nth++) pods.push(createPod(name, hash, at, at + nth * podReadyMs))
}

/** Pods of former templates go as those of the present one get ready; what isn't ready goes first. */
function stopReplaced({ pods, replicas }: SimDeployment, hash: string): void {
  const isOld = (pod: SimPod) => pod.template !== hash
  const least = replicas - tooFew(replicas)
  const starting = count(pods, (pod) => !isOld(pod) && !pod.ready)
  stop(pods, pods.length - least - starting, (pod) => isOld(pod) && !pod.ready)
  stop(pods, count(pods, isReady) - least, (pod) => isOld(pod) && pod.ready)
}

/** Fewer are asked for. Like the real one: what isn't ready goes first, then the youngest. */
function stopSurplus({ pods, replicas }: SimDeployment, hash: string): void {
  const old = pods.length - count(pods, isOf(hash))
  stop(pods, Math.min(old, pods.length - replicas - tooMany(replicas)), (pod) => pod.template !== hash)
  if (count(pods, isOf(hash)) < pods.length) return
  stop(pods, pods.length - replicas, (pod) => !pod.ready)
  stop(pods, pods.length - replicas, isReady)
}

/** The youngest of these, at most so many. */
function stop(pods: SimPod[], most: number, which: (pod: SimPod) => boolean): void {
  for (let nth = 0; nth < most; nth++) {
    const index = pods.findLastIndex(which)
    if (index === -1) return
    pods.splice(index, 1)
  }
}

const isReady = ({ ready }: SimPod) => ready
const isOf = (hash: string) => (pod: SimPod) => pod.template === hash
const count = (pods: SimPod[], which: (pod: SimPod) => boolean) => pods.filter(which).length

const print = ({ observedGeneration, pods, replicaSets }: SimDeployment) =>
  `${observedGeneration} ${replicaSets.at(-1)?.hash} ${pods.map(({ name, ready }) => `${name} ${ready}`)}`
