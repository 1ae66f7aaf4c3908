/**
 * What operations may ask of a Kubernetes target. A port is bound to one cluster and one namespace, so a caller can't
 * leave them. No vendor type crosses this line.
 *
 * Every method throws `KubernetesError`; a name that isn't RFC 1123 is refused (`invalid_name`) before any call,
 * because client-node puts names into URL paths as they are.
 */
export interface KubernetesPort {
  /** The namespace this port is bound to, for people to read. */
  readonly namespace: string
  /** The deployment, or `not_found`. */
  deployment(name: string): Promise<Deployment>
  /** The autoscalers that would reset the replicas of this deployment; empty when there are none. */
  autoscalers(deployment: string): Promise<Autoscaler[]>
  /** Pods that the deployment's selector matches, at most `POD_LIMIT`, oldest first. */
  pods(deployment: string): Promise<PodList>
  /**
   * The last lines of the deployment's pods, redacted, then filtered here, literally: of at most `LOG_POD_LIMIT` pods,
   * those in trouble first. A pod that gives no log says so in `problem`; what stops all of them throws.
   */
  logs(deployment: string, options: LogOptions): Promise<Logs>
  /** Verbs of `needs` that the bot's own account lacks here; empty when it may do all of them. */
  missingRights(needs: Right[]): Promise<Right[]>
  /**
   * Sets the replicas if, at the API server, the deployment still runs `from` (JSON Patch `test` on the scale
   * subresource) and is still the object with this UID. `conflict` means that nothing was changed.
   * With `dryRun` the server checks everything and changes nothing.
   */
  scale(
    deployment: { name: string; uid: string },
    replicas: { from: number; to: number },
    options?: { dryRun?: boolean },
  ): Promise<'applied' | 'conflict'>
  /**
   * Has all pods replaced, as `kubectl rollout restart` does: marks the pod template with the time `at` (ISO 8601), if
   * the deployment is still the object with this UID. The same time again changes nothing. `conflict` and `dryRun` as
   * for `scale`.
   */
  restart(
    deployment: { name: string; uid: string },
    at: string,
    options?: { dryRun?: boolean },
  ): Promise<'applied' | 'conflict'>
}

export interface Deployment {
  name: string
  uid: string
  /** What is asked for (`spec.replicas`). */
  replicas: number
  /** What is there (`status`). */
  status: { observed: boolean; updated: number; total: number; ready: number; available: number }
  /** The rollout passed its progress deadline (`ProgressDeadlineExceeded`) then, with the cluster's own words. */
  stuck: { why: string; since: Date } | null
  /** Changes of its pod template lead to nothing until somebody resumes it. */
  paused: boolean
  /** When somebody last restarted it, as it is marked (`kubectl` writes ISO 8601, also with an offset). */
  restartedAt: string | null
  /** How many of its replicas a rollout may take away before new ones are ready; all of them with `Recreate`. */
  mayTakeAway: number
  /** The images of its containers, for people. */
  images: string[]
}

export interface Autoscaler {
  name: string
  min: number
  max: number
}

export const POD_LIMIT = 50
export const LOG_POD_LIMIT = 10
/** Of one pod's log, in bytes. */
export const LOG_BYTES = 256 * 1024

export interface PodList {
  items: Pod[]
  /** There are more than `POD_LIMIT`. */
  truncated: boolean
}

export interface Pod {
  name: string
  phase: string
  ready: boolean
  restarts: number
  /**
   * Why it isn't well, in the cluster's words: `CrashLoopBackOff`, `ImagePullBackOff`, `OOMKilled`, `Terminating`, …;
   * null when it is well or still starting (`ready` tells which).
   */
  trouble: string | null
  /** How the last container ended, when one did: `OOMKilled (exit 137)`. A crash loop hides it. */
  lastEnd: string | null
  /** When it ended, if that was a failure (a signal, or an exit code but 0). */
  lastFailureAt: Date | null
  node: string | null
  startedAt: Date | null
}

export interface LogOptions {
  /** Lines a pod, counted before the filter. */
  tail: number
  /** Keep lines that contain this, literally, ignoring case. */
  grep?: string
  /** Only lines younger than this. */
  sinceSeconds?: number
  /** The container before the last restart. */
  previous?: boolean
}

export interface Logs {
  pods: PodLog[]
  /** How many more pods there are, which were not asked. */
  others: number
}

export interface PodLog {
  pod: string
  lines: string[]
  /** Why this pod gave no lines (it isn't running yet, …); null when it did. */
  problem: string | null
  /** How many lines were looked at, before the filter. */
  looked: number
  /** What was asked for is more than `LOG_BYTES`: only the newest lines were looked at. */
  truncated: boolean
}

export interface Right {
  verb: 'get' | 'list' | 'patch'
  /** Group, resource and subresource; a closed list, because `pods/log` and `apps/deployments` can't be told apart. */
  resource: 'apps/deployments' | 'apps/deployments/scale' | 'autoscaling/horizontalpodautoscalers' | 'pods' | 'pods/log'
}

export type KubernetesErrorCode =
  | 'invalid_name'
  | 'not_found'
  | 'forbidden'
  | 'unauthorized'
  | 'unreachable'
  | 'timeout'
  | 'rejected'
  /** The kubeconfig can't be read or used: the person who runs the bot must mend it. */
  | 'misconfigured'

/**
 * `maybeApplied` tells whether a write may have reached the cluster all the same (a time-out, a lost connection): the
 * caller must look before it says anything. `transient`: nothing was even begun, because no connection came about or the
 * server asked to come back later; the same request may work in a moment.
 */
export class KubernetesError extends Error {
  readonly code: KubernetesErrorCode
  readonly maybeApplied: boolean
  readonly transient: boolean
  constructor(
    code: KubernetesErrorCode,
    message: string,
    options?: { cause?: unknown; maybeApplied?: boolean; transient?: boolean },
  ) {
    super(message, { cause: options?.cause })
    this.name = 'KubernetesError'
    this.code = code
    this.maybeApplied = options?.maybeApplied ?? false
    this.transient = options?.transient ?? false
  }
}
