import type { Incident } from './incident.ts'

/** An incident role, as it is typed and shown: not a role of policy, it gives no rights. */
export type IncidentRole = (typeof ROLES)[number]['name']

/** The incident roles, in the order in which they are shown. `field`: where the incident keeps who holds it. */
export const ROLES = [
  { name: 'incident commander', field: 'commander', aliases: ['commander', 'ic', 'lead', 'captain'] },
  { name: 'deputy', field: 'deputy', aliases: [] },
  { name: 'operations lead', field: 'operationsLead', aliases: ['operations', 'ops', 'ops-lead', 'operations-lead'] },
  {
    name: 'communications lead',
    field: 'communicationsLead',
    aliases: ['communications', 'comms', 'comms-lead', 'communications-lead', 'liaison'],
  },
  { name: 'scribe', field: 'scribe', aliases: ['notes'] },
] as const satisfies readonly { name: string; field: keyof Incident; aliases: readonly string[] }[]

/** By its name or an alias, however it is written; null for anything else. */
export function parseRole(text: string): IncidentRole | null {
  const typed = text.trim().toLowerCase().replace(/\s+/g, ' ')
  const named = ({ name, aliases }: (typeof ROLES)[number]) =>
    name === typed || name.replaceAll(' ', '-') === typed || (aliases as readonly string[]).includes(typed)
  return ROLES.find(named)?.name ?? null
}

export const fieldOf = (role: IncidentRole) => (ROLES.find(({ name }) => name === role) as (typeof ROLES)[number]).field

/** Who holds it: a person's id. Only the incident commander is always somebody. */
export const holderOf = (incident: Incident, role: IncidentRole): string | null => incident[fieldOf(role)]

/** The roles that somebody holds in it, by every id of theirs. */
export const rolesHeld = (incident: Incident, ids: string[]): IncidentRole[] =>
  ROLES.map(({ name }) => name).filter((role) => ids.includes(holderOf(incident, role) ?? ''))
