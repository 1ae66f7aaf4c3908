import type { IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'
import { type Answer, badRequest, Refusal } from './answer.ts'
import { ENDPOINTS } from './endpoints.ts'
import type { World } from './world.ts'

/** Who holds a token, and what RBAC doesn't let them do: keys of `ENDPOINTS`. */
export interface Account {
  name: string
  denied: readonly string[]
}

/** Answers one request as the API server would: who is it, may they, does it exist, do it. */
export async function serve(
  world: World,
  accounts: ReadonlyMap<string, Account>,
  request: IncomingMessage,
): Promise<Answer> {
  try {
    world.catchUp()
    const account = accounts.get(request.headers.authorization?.replace(/^Bearer /, '') ?? '')
    if (!account) throw new Refusal(401, 'Unauthorized', 'Unauthorized')
    const url = new URL(request.url ?? '/', 'http://playground')
    if (url.pathname === ACCESS_REVIEWS && request.method === 'POST') {
      return reviewAccess(world, account, await readBody(request))
    }
    if (url.pathname === '/version') return { status: 200, body: VERSION }
    const target = parsePath(request.method, url.pathname)
    if (!target) return { status: 404, body: '404 page not found\n' }
    const endpoint = ENDPOINTS[target.key]
    if (!endpoint || !isAllowed(world, account, target)) throw forbidden(account, target)
    const contentType = request.headers['content-type'] ?? ''
    const body = await readBody(request)
    return endpoint({ world, name: target.name, query: url.searchParams, contentType, body })
  } catch (error) {
    if (error instanceof Refusal) return error.answer
    throw error
  }
}

/** As every authenticated account may read it. */
const VERSION = { major: '1', minor: '20', gitVersion: 'v1.20.0+playground' }

const ACCESS_REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'

async function readBody(request: IncomingMessage): Promise<unknown> {
  if (request.method === 'GET') return undefined
  try {
    return await json(request)
  } catch {
    throw badRequest('the object provided is unrecognized: the body is not JSON')
  }
}

interface Target {
  verb: string
  group: string
  resource: string
  subresource: string
  namespace: string
  name: string
  /** As `ENDPOINTS` has it: `patch apps/deployments/scale`. */
  key: string
}

const PATH = /^\/(?:api\/v1|apis\/(?<group>[^/]+)\/v1)\/namespaces\/(?<namespace>[^/]+)\/(?<rest>.+)$/

function parsePath(method = 'GET', path: string): Target | null {
  const { group = '', namespace = '', rest = '' } = PATH.exec(path)?.groups ?? {}
  const [resource = '', name = '', subresource = '', ...more] = rest.split('/')
  if (resource === '' || more.length > 0) return null
  const verb = method === 'GET' ? (name ? 'get' : 'list') : method.toLowerCase()
  return { verb, group, namespace, resource, name, subresource, key: keyOf(verb, group, resource, subresource) }
}

const keyOf = (verb: string, ...parts: string[]) => `${verb} ${parts.filter(Boolean).join('/')}`

const isAllowed = (world: World, account: Account, { namespace, key }: Pick<Target, 'namespace' | 'key'>) =>
  namespace === world.namespace && key in ENDPOINTS && !account.denied.includes(key)

function forbidden(account: Account, { verb, group, resource, subresource, namespace, name }: Target): Refusal {
  const whole = subresource ? `${resource}/${subresource}` : resource
  const kind = group ? `${resource}.${group}` : resource
  return new Refusal(
    403,
    'Forbidden',
    `${kind}${name && ` "${name}"`} is forbidden: User "${account.name}" cannot ${verb} resource "${whole}" ` +
      `in API group "${group}" in the namespace "${namespace}"`,
    { name, group, kind: resource },
  )
}

interface AccessReview {
  spec?: {
    resourceAttributes?: { verb?: string; group?: string; resource?: string; subresource?: string; namespace?: string }
  }
}

function reviewAccess(world: World, account: Account, body: unknown): Answer {
  const spec = (body as AccessReview | null)?.spec
  const { verb = '', group = '', resource = '', subresource = '', namespace = '' } = spec?.resourceAttributes ?? {}
  const allowed = isAllowed(world, account, { namespace, key: keyOf(verb, group, resource, subresource) })
  const review = { kind: 'SelfSubjectAccessReview', apiVersion: 'authorization.k8s.io/v1', metadata: {}, spec }
  return { status: 201, body: { ...review, status: { allowed } } }
}
