import type { Bound, Kind, Ports } from './operation.ts'

export interface Service {
  name: string
  owners: string[]
  /** The schedule of who looks after it. */
  onCall: string | null
  /** By operation and argument: inside of them, who is on call needs nobody else. */
  bounds: Record<string, Record<string, Bounds>>
  healthy: Healthy | null
  on: { target: string; deployment: string }[]
}

export type Bounds = { min: number; max: number } | { oneOf: string[] }

/** What "healthy" means for a service, where it isn't that all replicas are ready. */
export interface Healthy {
  readyPercent: number | null
  noRestartForMs: number | null
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
  { services, targets }: { services: Record<string, Service>; targets: Target[] },
  name: string,
  kind: Kind,
  environment: string | undefined,
): Binding {
  const service = services[name]
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
  const [{ name: target, environment: where, deployment, port }] = chosen as [(typeof chosen)[0]]
  return { bound: { service: name, target, environment: where, deployment, port, healthy: service.healthy } }
}
