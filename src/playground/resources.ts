import type { SimDeployment, SimReplicaSet } from './deployment.ts'
import type { SimPod } from './pod.ts'
import { ROLLING_UPDATE } from './rollout.ts'
import type { SimAutoscaler, World } from './world.ts'

// The world as the API server writes it. Like the real one, it leaves out counts that are zero.

const time = (at: number) => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z')
const unlessZero = <K extends string>(counts: Record<K, number>) =>
  Object.fromEntries(Object.entries<number>(counts).filter(([, count]) => count !== 0))
const container = (image: string) => ({ name: 'app', image, resources: {} })
const labelsOf = (name: string) => ({ app: name })

const annotationsOf = (annotations: Record<string, string>) =>
  Object.keys(annotations).length > 0 ? { annotations } : {}

export const podLabels = (deployment: SimDeployment, hash: string) => ({
  ...labelsOf(deployment.name),
  'pod-template-hash': hash,
})

function metadata(world: World, object: { name: string; uid: string; createdAt: number }, version: number) {
  return {
    name: object.name,
    namespace: world.namespace,
    uid: object.uid,
    resourceVersion: String(version),
    creationTimestamp: time(object.createdAt),
  }
}

const owner = (apiVersion: string, kind: string, name: string, uid: string) => ({
  ownerReferences: [{ apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true }],
})

export function deploymentResource(world: World, deployment: SimDeployment) {
  const { name, image, annotations, replicas, pods, generation, observedGeneration } = deployment
  const present = deployment.replicaSets.at(-1)
  const ready = pods.filter((pod) => pod.ready).length
  const updated = pods.filter(({ template }) => template === present?.hash).length
  const enough = ready >= replicas * 0.75
  return {
    kind: 'Deployment',
    apiVersion: 'apps/v1',
    metadata: {
      ...metadata(world, deployment, deployment.resourceVersion),
      generation,
      labels: labelsOf(name),
      ...annotationsOf(present ? revisionOf(present) : {}),
    },
    spec: {
      replicas,
      selector: { matchLabels: labelsOf(name) },
      template: {
        metadata: { labels: labelsOf(name), ...annotationsOf(annotations) },
        spec: { containers: [container(image)] },
      },
      strategy: { type: 'RollingUpdate', rollingUpdate: ROLLING_UPDATE },
      progressDeadlineSeconds: 600,
    },
    status: {
      observedGeneration,
      ...unlessZero({
        replicas: pods.length,
        updatedReplicas: updated,
        readyReplicas: ready,
        availableReplicas: ready,
        unavailableReplicas: Math.max(replicas - ready, 0),
      }),
      conditions: [
        {
          type: 'Available',
          status: enough ? 'True' : 'False',
          reason: enough ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
        },
        {
          type: 'Progressing',
          status: 'True',
          reason: updated === pods.length && ready >= replicas ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated',
        },
      ],
    },
  }
}

/** The scale subresource carries the deployment's own UID and version. */
export function scaleResource(world: World, deployment: SimDeployment) {
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: metadata(world, deployment, deployment.resourceVersion),
    spec: unlessZero({ replicas: deployment.replicas }),
    status: { replicas: deployment.pods.length, selector: `app=${deployment.name}` },
  }
}

const revisionOf = ({ revision }: SimReplicaSet) => ({ 'deployment.kubernetes.io/revision': String(revision) })
const replicaSetName = ({ name }: SimDeployment, hash: string) => `${name}-${hash}`

export function replicaSetResource(world: World, deployment: SimDeployment, set: SimReplicaSet) {
  const { name, uid, image } = deployment
  const labels = podLabels(deployment, set.hash)
  const pods = deployment.pods.filter(({ template }) => template === set.hash)
  return {
    metadata: {
      ...metadata(world, { ...set, name: replicaSetName(deployment, set.hash) }, deployment.resourceVersion),
      labels,
      annotations: revisionOf(set),
      ...owner('apps/v1', 'Deployment', name, uid),
    },
    spec: {
      replicas: pods.length,
      selector: { matchLabels: labels },
      template: { metadata: { labels, ...annotationsOf(set.annotations) }, spec: { containers: [container(image)] } },
    },
    status: { replicas: pods.length, ...unlessZero({ readyReplicas: pods.filter((pod) => pod.ready).length }) },
  }
}

export function podResource(world: World, deployment: SimDeployment, pod: SimPod) {
  const condition = (type: string, ok: boolean) => ({
    type,
    status: ok ? 'True' : 'False',
    lastTransitionTime: time(ok ? pod.readyAt : pod.startedAt),
  })
  return {
    metadata: {
      ...metadata(world, pod, deployment.resourceVersion + pod.restarts),
      labels: podLabels(deployment, pod.template),
      ...owner(
        'apps/v1',
        'ReplicaSet',
        replicaSetName(deployment, pod.template),
        deployment.replicaSets.find(({ hash }) => hash === pod.template)?.uid ?? '',
      ),
    },
    spec: { nodeName: 'node-1', containers: [container(deployment.image)] },
    status: {
      phase: 'Running',
      startTime: time(pod.createdAt),
      conditions: [
        condition('PodScheduled', true),
        condition('Initialized', true),
        condition('ContainersReady', pod.ready),
        condition('Ready', pod.ready),
      ],
      containerStatuses: [
        {
          name: 'app',
          image: deployment.image,
          imageID: '',
          ready: pod.ready,
          started: !pod.looping,
          restartCount: pod.restarts,
          state: pod.looping ? backOff(pod) : { running: { startedAt: time(pod.startedAt) } },
          lastState: lastState(pod),
        },
      ],
    },
  }
}

const backOff = ({ name }: SimPod) => ({
  waiting: { reason: 'CrashLoopBackOff', message: `back-off restarting failed container=app pod=${name}` },
})

function lastState({ lastEnd, startedAt }: SimPod) {
  if (!lastEnd) return {}
  const { reason, exitCode, at } = lastEnd
  return { terminated: { reason, exitCode, startedAt: time(Math.min(startedAt, at)), finishedAt: time(at) } }
}

export function autoscalerResource(world: World, { name, deployment, min, max }: SimAutoscaler) {
  const replicas = world.deployments.get(deployment)?.replicas ?? 0
  return {
    metadata: { name, namespace: world.namespace },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: deployment },
      minReplicas: min,
      maxReplicas: max,
      targetCPUUtilizationPercentage: 70,
    },
    status: { currentReplicas: replicas, desiredReplicas: replicas },
  }
}
