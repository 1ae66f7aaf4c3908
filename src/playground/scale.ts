import { applyPatch, type Operation } from 'rfc6902'
import { badRequest, invalidPatch, Refusal } from './answer.ts'
import type { SimDeployment } from './deployment.ts'
import type { Call } from './endpoints.ts'
import { scaleResource } from './resources.ts'

/** JSON Patch on the scale subresource: all of it or nothing. Returns the Scale as it is, or with `dryRun` would be. */
export function patchScale({ world, contentType, query, body }: Call, deployment: SimDeployment): object {
  if (contentType !== 'application/json-patch+json') {
    throw new Refusal(415, 'UnsupportedMediaType', 'the playground takes application/json-patch+json only')
  }
  if (!Array.isArray(body)) throw badRequest('error decoding patch: a JSON Patch is a list of operations')
  const before = scaleResource(world, deployment)
  const after = structuredClone(before)
  if (applyPatch(after, body as Operation[]).some((error) => error !== null)) throw invalidPatch()
  if (
    after.metadata.uid !== before.metadata.uid ||
    after.metadata.resourceVersion !== before.metadata.resourceVersion
  ) {
    throw conflict(deployment.name)
  }
  const replicas = checkedReplicas(deployment.name, after.spec)
  if (query.get('dryRun') === 'All') return after
  return scaleResource(world, world.scale(deployment.name, replicas))
}

function checkedReplicas(name: string, spec: { replicas?: unknown }): number {
  const replicas = spec?.replicas ?? 0
  if (typeof replicas === 'number' && Number.isInteger(replicas) && replicas >= 0 && replicas < 2 ** 31) return replicas
  const message = `Invalid value: ${JSON.stringify(replicas)}: must be greater than or equal to 0`
  throw new Refusal(422, 'Invalid', `Scale.autoscaling "${name}" is invalid: spec.replicas: ${message}`, {
    name,
    group: 'autoscaling',
    kind: 'Scale',
    causes: [{ reason: 'FieldValueInvalid', message, field: 'spec.replicas' }],
  })
}

const conflict = (name: string) =>
  new Refusal(
    409,
    'Conflict',
    `Operation cannot be fulfilled on deployments.apps "${name}": the object has been modified; ` +
      'please apply your changes to the latest version and try again',
  )
