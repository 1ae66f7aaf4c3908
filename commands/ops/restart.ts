import { z } from 'zod'
import type { Deployment, Right } from '../../src/adapters/kubernetes/port.ts'
import { defineChange, PlanProblem } from '../../src/operations/operation.ts'
import { ServiceName } from '../arguments.ts'
import { checkDeployment, inTrouble, provenAfter } from './health.ts'
import { requireRights } from './rights.ts'
import { rollout } from './rollout.ts'

const RIGHTS: Right[] = [
  { verb: 'get', resource: 'apps/deployments' },
  { verb: 'list', resource: 'pods' },
  { verb: 'patch', resource: 'apps/deployments' },
]

/** As long as Kubernetes by default lets a rollout get nowhere before it calls it stuck. */
const REPLACED_WITHIN_MS = 600_000

export const restart = defineChange({
  name: 'restart',
  version: 1,
  usage: '<service>',
  summary: 'Replace all pods of a service by fresh ones',
  examples: ['restart checkout'],
  positionals: ['service'],
  flags: [],
  args: z.strictObject({ service: ServiceName }),
  on: 'kubernetes',
  tier: () => 'guarded',
  effect: 'idempotent',
  wayBack: 'none needed',

  async plan({ service }, { port, deployment: name, environment, healthy }, at) {
    const [deployment, pods] = await Promise.all([port.deployment(name), port.pods(name), requireRights(port, RIGHTS)])
    const { uid, replicas, status, restartedAt } = deployment
    const time = `${at.toISOString().slice(0, 19)}Z`
    const problem = whyNot(deployment, service, time)
    if (problem) throw problem
    await port.restart({ name, uid }, time, { dryRun: true })
    return {
      steps: [
        {
          object: { kind: 'deployment', name, namespace: port.namespace, uid },
          before: { 'last restart': shown(restartedAt) },
          after: { 'last restart': shown(time) },
          // Somebody else's restart in between may have been enough.
          envelope: {},
        },
      ],
      affects: `deployment ${name} in ${port.namespace} (${environment}): ${replicas === 1 ? 'its only pod is' : `its ${replicas} pods are`} replaced, ${status.ready}/${replicas} ready when planned`,
      warnings: [
        ...gap(deployment, service),
        ...underWay(deployment),
        ...inTrouble(pods.items).map((pods) => `${pods}: what their logs say is gone afterwards, read it first`),
      ],
      settleWithinMs: REPLACED_WITHIN_MS + provenAfter(healthy),
    }
  },

  async apply({ object, after }, { port }) {
    return await port.restart(object, written(String(after['last restart'])))
  },

  async observe({ object, before, after }, bound) {
    const deployment = await bound.port.deployment(object.name)
    if (deployment.uid !== object.uid)
      return { effect: 'other', health: 'failed', summary: 'the deployment was made anew' }
    const last = shown(deployment.restartedAt)
    if (last !== after['last restart']) {
      const effect = last === before['last restart'] ? 'absent' : 'other'
      return { effect, health: 'settling', summary: `last restart: ${last}, not ${after['last restart']}` }
    }
    const { replicas, status, paused } = deployment
    const replaced = `${status.updated}/${replicas} pods replaced${paused ? ' and no more, for it is paused' : ''}`
    const seen = await rollout(bound, deployment)
    return seen.health === 'settled' ? seen : { ...seen, summary: `${replaced}, ${seen.summary}` }
  },

  check: checkDeployment,

  // Never asked: fresh pods leave nothing to take back.
  undo: (args) => args,
})

function whyNot({ name, replicas, paused, restartedAt }: Deployment, service: string, time: string) {
  if (paused) {
    const resume = `kubectl rollout resume deployment/${name}`
    return new PlanProblem(
      'paused',
      `deployment ${name} is paused: a restart does nothing until somebody runs ${resume}`,
    )
  }
  if (replicas === 0) return new PlanProblem('nothing_to_do', `${service} is scaled to 0: there is nothing to restart`)
  if (restartedAt !== time) return null
  return new PlanProblem('nothing_to_do', `${service} was restarted in that very second already`)
}

const gap = ({ replicas, mayTakeAway }: Deployment, service: string): string[] =>
  mayTakeAway < replicas
    ? []
    : [`all of its pods may stop before new ones are ready: nothing serves ${service} meanwhile`]

const underWay = ({ replicas, status }: Deployment): string[] =>
  status.observed && status.updated === replicas && status.total === replicas
    ? []
    : [`a rollout of it is under way (${status.updated}/${replicas} pods replaced): this begins another`]

/** A time as people read it, and back: what is shown is what is applied. One in another form is shown as it is. */
const shown = (time: string | null): string =>
  time === null ? 'never' : time.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)Z$/, '$1 $2 UTC')
const written = (text: string): string => text.replace(/^(\S+) (\S+) UTC$/, '$1T$2Z')
