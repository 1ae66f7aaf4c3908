import type { Actor } from '../timeline/entries.ts'

/** Somebody who spoke to Firebreak. Only members have rights; a guest, a bot or a stranger may read along in Slack. */
export interface Person {
  /** Workspace and user, `T012/U0ALICE`: a user id alone is not unique across workspaces. */
  id: string
  /** The user id alone, to mention them. */
  user: string
  name: string
  /** IANA zone, from their Slack profile: `Europe/Lisbon`. */
  zone: string
  standing: 'member' | 'guest' | 'bot' | 'stranger' | 'deactivated' | 'unknown'
}

export const asActor = (person: Person): Actor => ({ id: person.id, name: person.name })

/** The user id of a person's id. */
export const userOf = (id: string): string => id.slice(id.indexOf('/') + 1)

/** Who people are, asked of Slack. Both reject when Slack can't tell: whoever asks must then refuse. */
export interface Directory {
  person(id: string): Promise<Person>
  /** The user ids of a user group. */
  group(id: string): Promise<string[]>
}
