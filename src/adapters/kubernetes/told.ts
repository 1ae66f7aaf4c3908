import type { Cluster } from './cluster.ts'
import type { Intent } from './errors.ts'
import type { KubernetesError } from './port.ts'

/** One request that ended, without anything of what was sent or answered. */
export interface Call extends Pick<Intent, 'verb' | 'resource'> {
  /** `deployment checkout`; null for what asks of no single object. */
  object: string | null
  /** It was to change something; a dry run isn't. */
  changes: boolean
  /** `ok`, or the error's code and what it says to people. */
  outcome: string
  problem: string | null
  ms: number
}

/** The same cluster; `told` hears of each request when it ended. */
export function toldOf(cluster: Cluster, told: (call: Call) => void): Cluster {
  return {
    ...cluster,
    async call(intent, send) {
      const since = performance.now()
      function ended(outcome: string, problem: string | null) {
        const { verb, resource, object, changes = false } = intent
        const name = object ? `${object.kind} ${object.name}` : null
        told({ verb, resource, object: name, changes, outcome, problem, ms: Math.round(performance.now() - since) })
      }
      try {
        const answer = await cluster.call(intent, send)
        ended('ok', null)
        return answer
      } catch (error) {
        const { code, message } = error as KubernetesError
        ended(code, message)
        throw error
      }
    },
  }
}
