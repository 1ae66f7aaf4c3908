/** A file stays where it is, in Slack: this is a reference, for whoever may see it there. */
export interface FileReference {
  id: string
  name: string
  /** Its address for people. */
  link: string
}

/** What people wrote to each other, and what they put into the timeline. `ts` is the message's, in `channel`. */
export type ConversationBody =
  | { type: 'message.posted'; channel: string; ts: string; text: string; files: FileReference[] }
  | { type: 'message.edited'; channel: string; ts: string; text: string; files: FileReference[] }
  | { type: 'message.deleted'; channel: string; ts: string }
  /** Somebody marked a message by a reaction, and so what it says. `author`: a name, as it was then. */
  | { type: 'message.marked'; channel: string; ts: string; as: Mark; text: string; author: string }
  | { type: 'message.unmarked'; channel: string; ts: string; as: Mark }
  /** Nobody listened between these times: what was edited or deleted then is not known. */
  | { type: 'messages.missed'; from: string; to: string }
  /** `link`: the message that it was taken from; `author`: who wrote that, by name. */
  | { type: 'note.added'; text: string; link: string | null; author: string | null }
  | { type: 'link.added'; url: string; title: string | null }
  | { type: 'task.settled'; task: number; text: string }
  /** An entry of this chain happened at another time than it says. */
  | { type: 'entry.corrected'; entry: number; occurredAt: string; was: string }

/** An event is something that happened; tasks and follow-ups are to be done, the latter after the incident. */
type Mark = 'event' | 'task' | 'follow-up'
