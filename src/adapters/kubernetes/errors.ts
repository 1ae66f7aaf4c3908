import { ApiException } from '@kubernetes/client-node'
import { KubernetesError } from './port.ts'

/** What one request is about, in the words of RBAC, so that its errors can name it to people. */
export interface Intent {
  verb: 'get' | 'list' | 'patch' | 'create'
  /** Resource and subresource: `deployments/scale`. */
  resource: string
  /** The object, when it is one: `deployment` and its name. */
  object?: { kind: 'deployment' | 'pod'; name: string }
  /** The request changes something, so a lost answer may hide an effect. */
  changes?: boolean
}

export interface Place {
  server: string
  namespace: string
  timeoutMs: number
}

/** These say that no connection was made, so that nothing can have been applied. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'])

/**
 * Turns whatever a request threw into a `KubernetesError` for people. Text of unknown origin is left out, as message
 * and as cause: undici, for one, quotes an `Authorization` header that it can't send.
 */
export function explain(cause: unknown, intent: Intent, place: Place): KubernetesError {
  if (cause instanceof ApiException) return refused(cause, intent, place)
  const maybeApplied = intent.changes === true
  if (cause instanceof Error && cause.name === 'TimeoutError') {
    const message = `the cluster at ${place.server} didn't answer within ${place.timeoutMs / 1000} s`
    return new KubernetesError('timeout', message, { cause, maybeApplied })
  }
  const system = systemError(cause)
  if (system) {
    const message = `the cluster at ${place.server} can't be reached (${system.code})`
    const transient = NEVER_SENT.has(system.code)
    return new KubernetesError('unreachable', message, {
      cause: system,
      maybeApplied: maybeApplied && !transient,
      transient,
    })
  }
  const message = `no usable answer from ${place.server}: check the address, the credentials and any proxy of its kubeconfig`
  return new KubernetesError('unreachable', message, { maybeApplied })
}

function refused(cause: ApiException<unknown>, intent: Intent, place: Place): KubernetesError {
  const { server, namespace } = place
  const status = parseStatus(cause.body)
  if (cause.code === 401) {
    return new KubernetesError('unauthorized', `the cluster at ${server} doesn't accept the bot's credentials`, {
      cause,
    })
  }
  if (cause.code === 403) {
    const message = `the bot's account may not ${intent.verb} ${intent.resource} in ${namespace}`
    return new KubernetesError('forbidden', message, { cause })
  }
  if (cause.code === 404 && status?.reason === 'NotFound' && intent.object) {
    const message = `no ${intent.object.kind} \`${intent.object.name}\` in ${namespace}`
    return new KubernetesError('not_found', message, { cause })
  }
  const why = status?.message ?? `HTTP ${cause.code}; is it a Kubernetes API server?`
  const transient = turnsAway(cause)
  // A server that answers 5xx otherwise may have committed before it failed (etcd time-outs, 504).
  const maybeApplied = intent.changes === true && cause.code >= 500 && !transient
  const message = `the cluster at ${server} refused to ${intent.verb} ${intent.resource} in ${namespace}: ${why}`
  return new KubernetesError('rejected', message, { cause, maybeApplied, transient })
}

/**
 * An API server with too much to do, or one that starts or stops, turns requests away before it looks at them, and says
 * when to come back. Without that word a 503 may be a proxy's, which lost the answer, and a 429 a disruption budget's.
 */
const turnsAway = ({ code, headers }: ApiException<unknown>): boolean =>
  (code === 429 || code === 503) && headers['retry-after'] !== undefined

interface Status {
  reason?: string
  message?: string
  details?: { causes?: { reason?: string; message?: string; field?: string }[] }
}

/** The API server's `Status` (meta/v1), which client-node leaves as a JSON string; null when the body isn't one. */
export function parseStatus(body: unknown): Status | null {
  if (typeof body !== 'string') return null
  try {
    const parsed: { kind?: string } | null = JSON.parse(body)
    return parsed?.kind === 'Status' ? (parsed as Status) : null
  } catch {
    return null
  }
}

/** The operating system's, TLS's or undici's error in a chain of causes; fetch hides it in `TypeError: fetch failed`. */
function systemError(error: unknown): (Error & { code: string }) | null {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return at as Error & { code: string }
  }
  return null
}
