import { type Answer, badRequest, notFound } from './answer.ts'
import type { SimDeployment } from './deployment.ts'
import { readLog } from './logs.ts'
import { patchDeployment } from './patch-deployment.ts'
import {
  autoscalerResource,
  deploymentResource,
  podLabels,
  podResource,
  replicaSetResource,
  scaleResource,
} from './resources.ts'
import { patchScale } from './scale.ts'
import type { World } from './world.ts'

export interface Call {
  world: World
  /** The object's name; empty in a list. */
  name: string
  query: URLSearchParams
  contentType: string
  /** Parsed JSON, or undefined when there was none. */
  body: unknown
}

/** All that this API server serves, by verb, group, resource and subresource: what RBAC names, too. */
export const ENDPOINTS: Readonly<Record<string, (call: Call) => Answer>> = {
  'list apps/deployments': ({ world, query }) =>
    list('apps/v1', 'DeploymentList', query, all(world), (deployment) => ({
      labels: { app: deployment.name },
      resource: deploymentResource(world, deployment),
    })),
  'get apps/deployments': (call) => ok(deploymentResource(call.world, deploymentOf(call))),
  'patch apps/deployments': (call) => ok(patchDeployment(call, deploymentOf(call))),
  'get apps/deployments/scale': (call) => ok(scaleResource(call.world, deploymentOf(call))),
  'patch apps/deployments/scale': (call) => ok(patchScale(call, deploymentOf(call))),
  'list apps/replicasets': ({ world, query }) =>
    list('apps/v1', 'ReplicaSetList', query, allReplicaSets(world), ({ deployment, set }) => ({
      labels: podLabels(deployment, set.hash),
      resource: replicaSetResource(world, deployment, set),
    })),
  'list pods': ({ world, query }) =>
    list('v1', 'PodList', query, allPods(world), ({ deployment, pod }) => ({
      labels: podLabels(deployment, pod.template),
      resource: podResource(world, deployment, pod),
    })),
  'get pods': (call) => {
    const { deployment, pod } = podOf(call)
    return ok({ kind: 'Pod', apiVersion: 'v1', ...podResource(call.world, deployment, pod) })
  },
  'get pods/log': (call) => ok(readLog(podOf(call).pod, call.query, call.world.catchUp())),
  'list autoscaling/horizontalpodautoscalers': ({ world, query }) =>
    list('autoscaling/v1', 'HorizontalPodAutoscalerList', query, [...world.autoscalers], (autoscaler) => ({
      labels: {},
      resource: autoscalerResource(world, autoscaler),
    })),
}

const ok = (body: object | string): Answer => ({ status: 200, body })
const all = (world: World) => [...world.deployments.values()]
const allPods = (world: World) =>
  all(world).flatMap((deployment) => deployment.pods.map((pod) => ({ deployment, pod })))
const allReplicaSets = (world: World) =>
  all(world).flatMap((deployment) => deployment.replicaSets.map((set) => ({ deployment, set })))

function deploymentOf({ world, name }: Call): SimDeployment {
  const deployment = world.deployments.get(name)
  if (!deployment) throw notFound('apps', 'deployments', name)
  return deployment
}

function podOf({ world, name }: Call) {
  const found = allPods(world).find(({ pod }) => pod.name === name)
  if (!found) throw notFound('', 'pods', name)
  return found
}

interface Labelled {
  labels: Record<string, string>
  resource: { metadata: { name: string } }
}

/** A list by `labelSelector` and `limit`, sorted by name. The rest is announced by `continue`, but not served. */
function list<T>(
  apiVersion: string,
  kind: string,
  query: URLSearchParams,
  of: T[],
  write: (item: T) => Labelled,
): Answer {
  const matches = parseSelector(query.get('labelSelector') ?? '')
  const found = of.map(write).filter(({ labels }) => matches(labels))
  const items = found.map(({ resource }) => resource).sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
  const limit = Number(query.get('limit') ?? 0) || items.length
  const metadata = items.length > limit ? { continue: 'more', remainingItemCount: items.length - limit } : {}
  return ok({ kind, apiVersion, metadata, items: items.slice(0, limit) })
}

/** Equality (`app=checkout,tier=web`), the only form that the deployments here use. */
function parseSelector(selector: string): (labels: Record<string, string>) => boolean {
  const wanted = selector.split(',').filter(Boolean)
  const pairs = wanted.map((requirement) => /^([\w./-]+)==?([\w.-]*)$/.exec(requirement))
  if (pairs.includes(null)) throw badRequest(`unable to parse requirement: the playground knows key=value only`)
  return (labels) => pairs.every((pair) => labels[pair?.[1] ?? ''] === pair?.[2])
}
