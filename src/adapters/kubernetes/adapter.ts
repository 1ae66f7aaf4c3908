import { findAutoscalers } from './autoscalers.ts'
import { clusterOf } from './cluster.ts'
import { describeDeployment, readDeployment } from './deployment.ts'
import { loadKubeconfig } from './kubeconfig.ts'
import { readLogs } from './logs.ts'
import { checkedNamespace } from './names.ts'
import { describePods } from './pods.ts'
import type { KubernetesPort } from './port.ts'
import { restartWith } from './restart.ts'
import { findMissingRights } from './rights.ts'
import { scaleWith } from './scale.ts'
import { type Call, toldOf } from './told.ts'

/** Short enough for a request that hangs to end before a stop that waits for it has to. */
const TIMEOUT_MS = 8_000

/**
 * A port bound to one namespace of the cluster of this kubeconfig's current context. Reads the file and does nothing
 * else; throws `misconfigured` or `invalid_name`.
 *
 * `kubeconfig` is a path; empty means the service account of the pod that we run in. `timeoutMs` holds for each request.
 * `redactLines` sees each pod's log before anything is searched in it or cut off; `told` hears of each request's end.
 */
export function connectKubernetes(target: {
  kubeconfig: string
  namespace: string
  timeoutMs?: number
  redactLines?: (lines: string[]) => string[]
  told?: (call: Call) => void
}): KubernetesPort {
  const namespace = checkedNamespace(target.namespace)
  const { config, server } = loadKubeconfig(target.kubeconfig)
  const bare = clusterOf(config, { server, namespace, timeoutMs: target.timeoutMs ?? TIMEOUT_MS })
  const cluster = target.told ? toldOf(bare, target.told) : bare
  return {
    namespace,
    deployment: async (name) => describeDeployment(await readDeployment(cluster, name)),
    autoscalers: (deployment) => findAutoscalers(cluster, deployment),
    pods: (deployment) => describePods(cluster, deployment),
    logs: (deployment, options) => readLogs(cluster, deployment, options, target.redactLines ?? ((lines) => lines)),
    missingRights: (needs) => findMissingRights(cluster, needs),
    scale: scaleWith(cluster),
    restart: restartWith(cluster),
  }
}
