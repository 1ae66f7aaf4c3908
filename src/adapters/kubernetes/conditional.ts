import {
  ApiException,
  type AppsV1ApiPatchNamespacedDeploymentRequest,
  type ConfigurationOptions,
  type PatchStrategy,
  setHeaderOptions,
} from '@kubernetes/client-node'
import type { Cluster } from './cluster.ts'
import { parseStatus } from './errors.ts'
import { checkedName } from './names.ts'
import { KubernetesError } from './port.ts'

interface Patch {
  resource: 'deployments' | 'deployments/scale'
  /** The deployment's. */
  name: string
  /** Holds the condition. */
  body: object
  strategy: (typeof PatchStrategy)[keyof typeof PatchStrategy]
  dryRun: boolean
}

/** Writes what has a condition in it; `conflict` when the API server refused it for that condition. */
export async function patchIf(
  cluster: Cluster,
  { resource, name, body, strategy, dryRun }: Patch,
  send: (request: AppsV1ApiPatchNamespacedDeploymentRequest, options: ConfigurationOptions) => Promise<unknown>,
): Promise<'applied' | 'conflict'> {
  checkedName('deployment', name)
  const { namespace } = cluster
  const request = { name, namespace, body, fieldManager: 'firebreak', ...(dryRun && { dryRun: 'All' }) }
  const intent = { verb: 'patch', resource, object: { kind: 'deployment', name }, changes: !dryRun } as const
  try {
    await cluster.call(intent, (options) => send(request, setHeaderOptions('Content-Type', strategy, options)))
    return 'applied'
  } catch (error) {
    if (error instanceof KubernetesError && error.cause instanceof ApiException && isConflict(error.cause)) {
      return 'conflict'
    }
    throw error
  }
}

/**
 * 422 is both for a value that the server refuses, which it names among the causes, and for a condition: a failed `test`
 * of a JSON Patch names no cause, another UID in a merge patch is named as a field that can't change (tried against 1.20).
 * 409 is the server giving up after its own retries against other writers: nothing was changed either.
 */
function isConflict({ code, body }: ApiException<unknown>): boolean {
  if (code !== 422) return code === 409
  const causes = parseStatus(body)?.details?.causes ?? []
  return causes.every(({ field }) => field === 'metadata.uid')
}
