import { z } from 'zod'
import type { Autoscaler, Right } from '../../src/adapters/kubernetes/port.ts'
import { defineChange } from '../../src/operations/operation.ts'
import { ServiceName, wholeNumber } from '../arguments.ts'
import { checkDeployment, provenAfter } from './health.ts'
import { requireRights } from './rights.ts'
import { rollout } from './rollout.ts'

const RIGHTS: Right[] = [
  { verb: 'get', resource: 'apps/deployments' },
  { verb: 'list', resource: 'pods' },
  { verb: 'patch', resource: 'apps/deployments/scale' },
]

export const scale = defineChange({
  name: 'scale',
  version: 2,
  usage: '<service> <replicas>',
  summary: 'Set how many replicas a service runs',
  examples: ['scale checkout 5'],
  positionals: ['service', 'replicas'],
  flags: [],
  args: z.strictObject({ service: ServiceName, replicas: wholeNumber(0, 1_000) }),
  on: 'kubernetes',
  // Nothing is left to serve with at 0.
  tier: ({ replicas }) => (replicas === 0 ? 'critical' : 'guarded'),
  effect: 'conditional',
  wayBack: 'undo',

  async plan({ service, replicas }, { port, deployment: name, environment, healthy }) {
    const [deployment, autoscalers] = await Promise.all([
      port.deployment(name),
      port.autoscalers(name),
      requireRights(port, RIGHTS),
    ])
    const from = deployment.replicas
    const { uid } = deployment
    await port.scale({ name, uid }, { from, to: replicas }, { dryRun: true })
    return {
      steps: [
        {
          object: { kind: 'deployment', name, namespace: port.namespace, uid },
          before: { replicas: from },
          after: { replicas },
          envelope: { replicas: covered(from, replicas, autoscalers) },
        },
      ],
      affects: `deployment ${name} in ${port.namespace} (${environment}), ${deployment.status.ready}/${from} ready when planned`,
      warnings: [
        ...(replicas === 0 ? [`nothing is left to serve ${service}`] : []),
        ...autoscalers.map(
          (hpa) => `autoscaler ${hpa.name} keeps it between ${hpa.min} and ${hpa.max} and may reset this`,
        ),
      ],
      settleWithinMs: 120_000 + provenAfter(healthy),
    }
  },

  async apply({ object, before, after }, { port }) {
    return await port.scale(object, { from: Number(before.replicas), to: Number(after.replicas) })
  },

  async observe({ object, before, after }, bound) {
    const deployment = await bound.port.deployment(object.name)
    const { replicas } = deployment
    if (deployment.uid !== object.uid)
      return { effect: 'other', health: 'failed', summary: 'the deployment was made anew' }
    if (replicas !== after.replicas) {
      const effect = replicas === before.replicas ? 'absent' : 'other'
      return { effect, health: 'settling', summary: `replicas is ${replicas}, not ${after.replicas}` }
    }
    return await rollout(bound, deployment)
  },

  check: checkDeployment,

  undo: ({ service }, [step]) => ({ service, replicas: Number(step?.before.replicas) }),
})

/**
 * How far the replicas may drift and the approval still hold: by one either way, or within what an autoscaler may do; never
 * past the goal, where up becomes down, and never to 0, where somebody switched it off.
 */
function covered(from: number, to: number, autoscalers: Autoscaler[]): { min: number; max: number } {
  const least = Math.min(from - 1, ...autoscalers.map(({ min }) => min))
  const most = Math.max(from + 1, ...autoscalers.map(({ max }) => max))
  return from < to ? { min: Math.min(from, Math.max(1, least)), max: to } : { min: to, max: most }
}
