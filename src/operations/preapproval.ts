import { type Incident, isOpen } from '../incidents/incident.ts'
import type { Bounds, Service } from './catalogue.ts'
import type { ChangeOperation, Value } from './operation.ts'

export type Preapproval = { rule: string } | { why: string }

/**
 * Whether a change is approved in advance: it can be taken back, it stays within the bounds that its service declares, an
 * incident is open, and who asks is on call for the service. Then it needs nobody else; otherwise this says why not.
 */
export function preapproval(
  service: Service,
  operation: Pick<ChangeOperation, 'name' | 'wayBack' | 'tier'>,
  args: Record<string, Value | undefined>,
  { incident, onCall }: { incident: Incident | null; onCall(schedule: string): boolean },
): Preapproval {
  const { name, bounds } = service
  const declared = bounds[operation.name]
  if (operation.tier(args) !== 'guarded') return { why: `only what is guarded is approved in advance` }
  if (!declared) return { why: `${name} declares no bounds for ${operation.name}` }
  if (operation.wayBack === 'none') return { why: `${operation.name} can’t be taken back` }
  const outside = whyOutside(declared, args)
  if (outside) return { why: `it is outside of the bounds of ${name}: ${outside}` }
  if (!incident || !isOpen(incident.status)) return { why: 'no incident is open that it belongs to' }
  if (service.onCall === null) return { why: `${name} names no schedule of who is on call` }
  if (!onCall(service.onCall)) return { why: `only who is on call (${service.onCall}) needs nobody else` }
  return { rule: `bounds of ${name}: ${[operation.name, ...Object.entries(declared).map(inWords)].join(' ')}` }
}

/** Every argument has to be in the bounds, also those that the bounds don't speak of; the service is given. */
function whyOutside(declared: Record<string, Bounds>, args: Record<string, Value | undefined>): string | null {
  for (const [key, value] of Object.entries(args)) {
    if (key === 'service' || value === undefined) continue
    const bound = declared[key]
    if (!bound) return `they say nothing of ${key}`
    if (!holds(bound, value)) return `${key} ${value} isn’t ${inWords([key, bound]).slice(key.length + 1)}`
  }
  return null
}

const holds = (bound: Bounds, value: Value): boolean =>
  'oneOf' in bound
    ? bound.oneOf.includes(String(value))
    : typeof value === 'number' && value >= bound.min && value <= bound.max

/** `replicas 2 to 12`. */
const inWords = ([key, bound]: [string, Bounds]): string =>
  'oneOf' in bound ? `${key} ${bound.oneOf.join(' or ')}` : `${key} ${bound.min} to ${bound.max}`
