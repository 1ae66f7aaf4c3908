/** What the API server sends: JSON, or text for a log. */
export interface Answer {
  status: number
  body: object | string
}

/** Thrown to answer with a `Status` of kind Failure (meta/v1), in the words of a real API server (1.20). */
export class Refusal extends Error {
  readonly answer: Answer
  constructor(code: number, reason: string, message: string, details: object = {}) {
    super(message)
    const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, details, code }
    this.answer = { status: code, body: status }
  }
}

/** `deployments.apps`, as error messages name a resource. */
const qualified = (group: string, resource: string) => (group ? `${resource}.${group}` : resource)

export const notFound = (group: string, resource: string, name: string) =>
  new Refusal(404, 'NotFound', `${qualified(group, resource)} "${name}" not found`, { name, group, kind: resource })

export const badRequest = (message: string) => new Refusal(400, 'BadRequest', message)

export const invalidPatch = () =>
  new Refusal(422, 'Invalid', 'the server rejected our request due to an error in our request')
