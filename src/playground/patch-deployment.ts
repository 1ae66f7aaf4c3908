import { z } from 'zod'
import { Refusal } from './answer.ts'
import { annotated, type SimDeployment } from './deployment.ts'
import type { Call } from './endpoints.ts'
import { deploymentResource } from './resources.ts'

/** The only patch that is taken here: annotations of the pod template, for the object with this UID. */
const Patch = z.strictObject({
  metadata: z.strictObject({ uid: z.string() }).optional(),
  spec: z.strictObject({
    template: z.strictObject({
      metadata: z.strictObject({ annotations: z.record(z.string(), z.string().nullable()) }),
    }),
  }),
})

/** A merge patch of a deployment. Returns it as it is, or with `dryRun` would be. */
export function patchDeployment({ world, contentType, query, body }: Call, deployment: SimDeployment): object {
  if (contentType !== 'application/merge-patch+json') {
    throw new Refusal(415, 'UnsupportedMediaType', 'the playground takes application/merge-patch+json only')
  }
  const patch = Patch.safeParse(body)
  if (!patch.success) throw invalid(deployment.name, 'spec', 'the playground changes annotations of pod templates only')
  const { metadata, spec } = patch.data
  if (metadata && metadata.uid !== deployment.uid) {
    throw invalid(deployment.name, 'metadata.uid', `Invalid value: "${metadata.uid}": field is immutable`)
  }
  const { annotations } = spec.template.metadata
  if (query.get('dryRun') === 'All') {
    return deploymentResource(world, { ...deployment, annotations: annotated(deployment.annotations, annotations) })
  }
  return deploymentResource(world, world.annotate(deployment.name, annotations))
}

const invalid = (name: string, field: string, message: string) =>
  new Refusal(422, 'Invalid', `Deployment.apps "${name}" is invalid: ${field}: ${message}`, {
    name,
    group: 'apps',
    kind: 'Deployment',
    causes: [{ reason: 'FieldValueInvalid', message, field }],
  })
