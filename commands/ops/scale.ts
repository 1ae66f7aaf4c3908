import { z } from 'zod'
import type { Deployment, Right } from '../../src/adapters/kubernetes/port.ts'
import { defineChange, PlanProblem } from '../../src/operations/operation.ts'
import { ServiceName, wholeNumber } from '../arguments.ts'

const RIGHTS: Right[] = [
  { verb: 'get', resource: 'apps/deployments' },
  { verb: 'patch', resource: 'apps/deployments/scale' },
]

export const scale = defineChange({
  name: 'scale',
  version: 1,
  usage: '<service> <replicas>',
  summary: 'Set how many replicas a service runs',
  examples: ['scale checkout 5'],
  positionals: ['service', 'replicas'],
  flags: [],
  args: z.strictObject({ service: ServiceName, replicas: wholeNumber(0, 1_000) }),
  on: 'kubernetes',
  // Nothing is left to serve with at 0.
  tier: ({ replicas }) => (replicas === 0 ? 'critical' : 'guarded'),

  async plan({ service, replicas }, { port, deployment: name, environment }) {
    const [missing, deployment, autoscalers] = await Promise.all([
      port.missingRights(RIGHTS),
      port.deployment(name),
      port.autoscalers(name),
    ])
    if (missing.length > 0) {
      const rights = missing.map(({ verb, resource }) => `${verb} ${resource}`).join(', ')
      throw new PlanProblem('missing_rights', `Firebreak’s account in ${port.namespace} lacks the right to ${rights}`)
    }
    const from = deployment.replicas
    if (from === replicas) throw new PlanProblem('nothing_to_do', `${service} runs ${replicas} replicas already`)
    const { uid } = deployment
    await port.scale({ name, uid }, { from, to: replicas }, { dryRun: true })
    return {
      steps: [
        {
          object: { kind: 'deployment', name, namespace: port.namespace, uid },
          before: { replicas: from },
          after: { replicas },
          // One replica of drift either way is an autoscaler at work; never past the goal, where up becomes down, and
          // never to 0, where somebody switched it off.
          envelope: {
            replicas:
              from < replicas
                ? { min: Math.min(from, Math.max(1, from - 1)), max: replicas }
                : { min: replicas, max: from + 1 },
          },
        },
      ],
      affects: `deployment ${name} in ${port.namespace} (${environment}), ${deployment.status.ready}/${from} ready when planned`,
      warnings: [
        ...(replicas === 0 ? [`nothing is left to serve ${service}`] : []),
        ...autoscalers.map(
          (hpa) => `autoscaler ${hpa.name} keeps it between ${hpa.min} and ${hpa.max} and may reset this`,
        ),
      ],
      settleWithinMs: 120_000,
    }
  },

  async apply({ object, before, after }, { port }) {
    return await port.scale(object, { from: Number(before.replicas), to: Number(after.replicas) })
  },

  async observe({ object, before, after }, { port }) {
    const deployment = await port.deployment(object.name)
    const { replicas, status, stuck } = deployment
    const summary = `${status.ready}/${replicas} ready`
    if (deployment.uid !== object.uid)
      return { effect: 'other', health: 'failed', summary: 'the deployment was made anew' }
    if (replicas !== after.replicas) {
      const effect = replicas === before.replicas ? 'absent' : 'other'
      return { effect, health: 'settling', summary: `replicas is ${replicas}, not ${after.replicas}` }
    }
    if (settled(deployment)) return { effect: 'present', health: 'settled', summary }
    if (!stuck) return { effect: 'present', health: 'settling', summary }
    const { why, since } = stuck
    return { effect: 'present', health: 'failed', failedSince: since, summary: `${summary}: ${why}` }
  },

  undo: ({ service }, [step]) => ({ service, replicas: Number(step?.before.replicas) }),
})

/** As kubectl's `rollout status` decides it: the controller saw the change, and nothing is missing or left over. */
const settled = ({ replicas, status }: Deployment): boolean =>
  status.observed && status.updated === replicas && status.total === replicas && status.available === replicas
