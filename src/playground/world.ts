import { isDeepStrictEqual } from 'node:util'
import { annotated, createDeployment, type SimDeployment } from './deployment.ts'
import { reconcile } from './rollout.ts'

/** A simulated cluster in memory. Times are milliseconds since 1970, by the clock that it was given. */
export interface World {
  readonly namespace: string
  readonly deployments: ReadonlyMap<string, SimDeployment>
  readonly autoscalers: readonly SimAutoscaler[]
  /** Moves everything on to the present and returns it. Whoever reads the world calls it first; there are no timers. */
  catchUp(): number
  /** What somebody's `kubectl scale` does. */
  scale(name: string, replicas: number): SimDeployment
  /** What a patch of the annotations of its pod template does: other ones are another template, and roll out. */
  annotate(name: string, annotations: Record<string, string | null>): SimDeployment
  /** What deleting a deployment and creating it again does: the same name, another object. */
  recreate(name: string): SimDeployment
}

export interface SimAutoscaler {
  name: string
  deployment: string
  min: number
  max: number
}

/** How production behaves: what runs at first, and what happens to a deployment's pods in each step of time. */
export interface Scenario {
  deployments: { name: string; image: string; replicas: number }[]
  autoscalers: SimAutoscaler[]
  /** Called once for each deployment; its pods have run for hours and are ready. */
  begin(deployment: SimDeployment, at: number): void
  /** Called four times a second of the world's time, after the controllers and the kubelet have done their part. */
  step(deployment: SimDeployment, at: number): void
}

export interface WorldOptions {
  scenario: Scenario
  /** How long a container takes to be ready, in milliseconds. New pods come one after the other. */
  podReadyMs: number
  /** Replicas to begin with, where they differ from the scenario's. */
  initial: Readonly<Record<string, number>>
  now: () => number
}

export const STEP_MS = 250
/** The world has gone through this much of the scenario when it is first seen, so that there are logs. */
const HISTORY_MS = 60_000
const AGE_MS = 6 * 3_600_000

export function createWorld({ scenario, podReadyMs, initial, now }: WorldOptions): World {
  let at = now() - HISTORY_MS
  const deployments = new Map<string, SimDeployment>()
  for (const { name, image, replicas } of scenario.deployments) {
    const deployment = createDeployment({
      name,
      image,
      replicas: initial[name] ?? replicas,
      at: at - AGE_MS,
      podReadyMs,
    })
    reconcile(deployment, at - AGE_MS)
    reconcile(deployment, at)
    scenario.begin(deployment, at)
    deployments.set(name, deployment)
  }
  const find = (name: string): SimDeployment => {
    const deployment = deployments.get(name)
    if (deployment) return deployment
    throw new Error(`the playground has no deployment ${name}, only ${[...deployments.keys()].join(', ')}`)
  }

  const catchUp = () => {
    for (; at + STEP_MS <= now(); at += STEP_MS) {
      for (const deployment of deployments.values()) {
        reconcile(deployment, at)
        scenario.step(deployment, at)
      }
    }
    return at
  }
  return {
    namespace: 'microservices',
    deployments,
    autoscalers: scenario.autoscalers,
    catchUp,
    scale(name, replicas) {
      catchUp()
      const deployment = find(name)
      if (deployment.replicas === replicas) return deployment
      deployment.replicas = replicas
      deployment.generation += 1
      deployment.resourceVersion += 1
      return deployment
    },
    annotate(name, annotations) {
      catchUp()
      const deployment = find(name)
      const changed = annotated(deployment.annotations, annotations)
      if (isDeepStrictEqual(changed, deployment.annotations)) return deployment
      deployment.annotations = changed
      deployment.generation += 1
      deployment.resourceVersion += 1
      return deployment
    },
    recreate(name) {
      const { image, replicas } = find(name)
      const deployment = createDeployment({ name, image, replicas, at: catchUp(), podReadyMs })
      deployments.set(name, deployment)
      return deployment
    },
  }
}
