import { KubernetesError } from './port.ts'

const LABEL = '[a-z0-9]([a-z0-9-]*[a-z0-9])?'
const SUBDOMAIN = new RegExp(`^${LABEL}(\\.${LABEL})*$`)

/**
 * Gives the name back when it is an RFC 1123 subdomain of at most 253 characters, as Kubernetes asks of deployments
 * and pods; throws `invalid_name` otherwise. client-node puts names into URL paths as they are, so `..` would reach
 * another resource: no name may go round this.
 */
export function checkedName(kind: 'deployment' | 'pod', name: string): string {
  if (name.length <= 253 && SUBDOMAIN.test(name)) return name
  throw new KubernetesError('invalid_name', `${quote(name)} can't name a ${kind}: ${rule(253)}`)
}

/** The same for a namespace: an RFC 1123 label, so no dots and at most 63 characters. */
export function checkedNamespace(name: string): string {
  if (name.length <= 63 && SUBDOMAIN.test(name) && !name.includes('.')) return name
  throw new KubernetesError('invalid_name', `${quote(name)} can't name a namespace: ${rule(63)}`)
}

const quote = (name: string) => JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name)
const rule = (length: number) => `write 1 to ${length} of a-z, 0-9 and "-" (RFC 1123), such as "checkout"`
