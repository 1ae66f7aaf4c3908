import { clusterOf } from './cluster.ts'
import { loadKubeconfig } from './kubeconfig.ts'
import { checkedNamespace } from './names.ts'
import type { Right } from './port.ts'
import { findMissingRights, RIGHTS } from './rights.ts'

/** What can be seen of a target without changing anything. */
export interface Examined {
  server: string
  /** `v1.34.1`; null where it is not told. */
  version: string | null
  /** How many of these rights the bot has to have at most; those that it lacks. */
  rights: number
  missing: Right[]
}

/** Asks the cluster of this kubeconfig. Throws a `KubernetesError`. */
export async function examineKubernetes(target: { kubeconfig: string; namespace: string }): Promise<Examined> {
  const namespace = checkedNamespace(target.namespace)
  const { config, server } = loadKubeconfig(target.kubeconfig)
  const cluster = clusterOf(config, { server, namespace, timeoutMs: TIMEOUT_MS })
  const missing = await findMissingRights(cluster, RIGHTS)
  // Some keep it from accounts without rights of their own; what those may do counts.
  const version = await cluster
    .call({ verb: 'get', resource: 'version' }, (options) => cluster.version.getCode(options))
    .catch(() => null)
  return { server, version: version?.gitVersion ?? null, rights: RIGHTS.length, missing }
}

const TIMEOUT_MS = 8_000
