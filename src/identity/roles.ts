import type { Directory, Person } from './person.ts'

/** A named set of people, from the configuration. `*` is every full member of the workspace. */
export interface Role {
  users: string[]
  userGroups: string[]
}

/** Slack can't tell who somebody is, or who is in a user group: until it can, nothing is allowed to them. */
export class IdentityUnavailable extends Error {
  readonly code = 'identity_unavailable'
  constructor(cause: unknown) {
    super('who may do this can’t be checked: Slack doesn’t tell who holds which role; try again', { cause })
  }
}

/** The roles that a person holds now. Nobody but a member holds any. Rejects with `IdentityUnavailable`. */
export async function rolesOf(person: Person, roles: Record<string, Role>, directory: Directory): Promise<string[]> {
  if (person.standing !== 'member') return []
  const held = await Promise.all(
    Object.entries(roles).map(async ([name, role]) => {
      if (role.users.includes('*') || role.users.includes(person.user)) return name
      const groups = await Promise.all(role.userGroups.map((group) => directory.group(group)))
      return groups.some((members) => members.includes(person.user)) ? name : null
    }),
  ).catch((error) => {
    throw new IdentityUnavailable(error)
  })
  return held.filter((name) => name !== null)
}

/** Who somebody is now who isn't the one asking. Rejects with `IdentityUnavailable`. */
export async function personOf(id: string, directory: Directory): Promise<Person> {
  return await directory.person(id).catch((error) => {
    throw new IdentityUnavailable(error)
  })
}
