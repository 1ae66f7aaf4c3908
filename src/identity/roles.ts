/** A named set of people, from the configuration. `*` is every full member of the workspace. */
export interface Role {
  users: string[]
  userGroups: string[]
  /** Schedules: whoever is on call holds the role. */
  onCall: string[]
}

/** Slack can't tell who somebody is, or who is in a user group: until it can, nothing is allowed to them. */
export class IdentityUnavailable extends Error {
  readonly code = 'identity_unavailable'
  constructor(cause: unknown) {
    super('who may do this can’t be checked: Slack doesn’t tell who holds which role; try again', { cause })
  }
}

/** The roles that somebody holds, and how old what that rests on is. */
export interface Held {
  roles: string[]
  /** When Slack was asked, if that is longer ago than it should be: it is away. Null when it is fresh. */
  asOf: Date | null
}
