import type { FileReference } from '../../timeline/entries/conversation.ts'

/** A message as Slack's events and its Web API tell it, as far as it is looked at. */
export interface SlackMessage {
  ts: string
  thread_ts?: string
  user?: string
  bot_id?: string
  username?: string
  subtype?: string
  text?: string
  files?: SlackFile[]
  edited?: { user?: string; ts?: string }
  reactions?: { name: string; users?: string[] }[]
  latest_reply?: string
}

interface SlackFile {
  id?: string
  name?: string | null
  title?: string | null
  permalink?: string
  mode?: string
}

/** The event `message`: a message itself, or what became of one. */
export interface MessageEvent extends SlackMessage {
  channel: string
  event_ts: string
  message?: SlackMessage
  previous_message?: SlackMessage
  deleted_ts?: string
}

/** The other subtypes are what Slack says by itself: who came and left, topics, pins. */
const WORDS: readonly (string | undefined)[] = [undefined, 'file_share', 'me_message', 'thread_broadcast']

/** Whether a person wrote it; `user` then tells who. */
export const isPersons = (message: SlackMessage): message is SlackMessage & { user: string } =>
  message.user !== undefined &&
  message.user !== 'USLACKBOT' &&
  message.bot_id === undefined &&
  WORDS.includes(message.subtype)

/** What stands in the place of a deleted message that has replies. */
export const isTombstone = ({ subtype }: SlackMessage): boolean => subtype === 'tombstone'

/** Its files, as references to where they are in Slack; without those that were deleted there. */
export const filesOf = ({ files = [] }: SlackMessage): FileReference[] =>
  files
    .filter(({ mode }) => mode !== 'tombstone')
    .map(({ id = '', name, title, permalink = '' }) => ({ id, name: name || title || id, link: permalink }))

const secondOf = (ts: string): string => ts.split('.')[0] ?? ts

/** The order of a message's edits: Slack tells of each to the second, and of the event that told of it more exactly. */
export const versionOf = ({ edited }: SlackMessage, eventTs: string): string =>
  `${secondOf(edited?.ts ?? eventTs)}/${eventTs}`

/** The same of one that was found as it is now: the last edit of its second. Empty, when it was never edited. */
export const foundVersion = ({ edited }: SlackMessage): string => (edited?.ts ? `${secondOf(edited.ts)}/~` : '')
