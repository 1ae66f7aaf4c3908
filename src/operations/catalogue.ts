import type { Bound, Kind, Ports } from './operation.ts'

export interface Service {
  name: string
  owners: string[]
  on: { target: string; deployment: string }[]
}

/** A target, connected: what main makes of the configuration's targets. */
export interface Target {
  name: string
  kind: Kind
  environment: string
  port: Ports[Kind]
}

export type Binding = { bound: Bound } | { problem: string }

/** Where an operation acts: the service's one target of that kind, or the one that `--env` names. Ambiguity asks. */
export function bind(
  service: Service | undefined,
  targets: Target[],
  kind: Kind,
  environment: string | undefined,
): Binding {
  if (!service) return { problem: 'there is no such service in the catalogue' }
  const candidates = service.on.flatMap(({ target, deployment }) => {
    const found = targets.find((t) => t.name === target && t.kind === kind)
    return found ? [{ ...found, deployment }] : []
  })
  const chosen = environment ? candidates.filter((c) => c.environment === environment) : candidates
  const environments = candidates.map((c) => c.environment).join(', ')
  if (candidates.length === 0) return { problem: `it has no ${kind} target` }
  if (chosen.length === 0) return { problem: `it isn't in ${environment}; it is in ${environments}` }
  if (chosen.length > 1) return { problem: `it is in several places: add --env with one of ${environments}` }
  const [{ name, environment: where, deployment, port }] = chosen as [(typeof chosen)[0]]
  return { bound: { service: service.name, target: name, environment: where, deployment, port } }
}
