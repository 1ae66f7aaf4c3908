import type { Actor } from '../timeline/entries.ts'

/** Somebody who spoke to Firebreak. Only members have rights; a guest, a bot or a stranger may read along in Slack. */
export interface Person {
  /**
   * Workspace and user, `T012/U0ALICE`: a user id alone is not unique across workspaces. Somebody with several accounts
   * is the first of them, whichever they use.
   */
  id: string
  /** The user id of the account that they use. */
  user: string
  name: string
  /** IANA zone, from their Slack profile: `Europe/Lisbon`. */
  zone: string
  /** The account's: a guest's account gives nothing to a member. */
  standing: 'member' | 'guest' | 'bot' | 'stranger' | 'deactivated' | 'unknown'
  /** When Slack told this, if that is longer ago than it should be: it is away. */
  asOf?: Date
}

export const asActor = ({ id, name, user }: Person): Actor => ({
  id,
  name,
  ...(user !== userOf(id) && { account: user }),
})

/** The user id of a person's id. */
export const userOf = (id: string): string => id.slice(id.indexOf('/') + 1)

/** The id of a user in the workspace of that person. */
export const colleagueOf = (id: string, user: string): string => `${id.slice(0, id.indexOf('/'))}/${user}`

/** What Slack said, and when: it may be older than this moment. */
export interface Known<T> {
  value: T
  at: Date
}

/** Who people are, asked of Slack. Both reject when Slack can't tell: whoever asks must then refuse. */
export interface Directory {
  /** Whose account this is (`T012/U0ALICE`), each account a person of its own. */
  person(id: string): Promise<Known<Person>>
  /** The user ids of a user group. */
  group(id: string): Promise<Known<string[]>>
}

/** Why somebody has no part in anything here; null for the workspace's members. */
export function whyNotMember({ standing }: Person): string | null {
  if (standing === 'member') return null
  return `only full members of the workspace can do this, and you are ${STANDING[standing]}`
}

const STANDING = {
  guest: 'a guest',
  bot: 'a bot',
  stranger: 'of another workspace',
  deactivated: 'deactivated',
  unknown: 'not known to me',
} as const
