import { ApiException } from '@kubernetes/client-node'
import { parseStatus } from './errors.ts'
import { KubernetesError } from './port.ts'

/** Waits for a write with a condition in it; `conflict` when the API server refused it for that condition. */
export async function conditional(write: Promise<unknown>): Promise<'applied' | 'conflict'> {
  try {
    await write
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
