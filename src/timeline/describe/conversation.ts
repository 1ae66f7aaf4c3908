import type { ConversationBody, FileReference } from '../entries/conversation.ts'
import { type Sentences, utc } from './sentence.ts'

export const conversation: Sentences<ConversationBody> = {
  'message.posted': ({ who, body }) => `${who}: ${said(body)}`,
  'message.edited': ({ who, body }) =>
    `${who} edited a message; it ${body.superseded ? 'said then' : 'says now'}: ${said(body)}`,
  'message.deleted': ({ who }) => `A message of ${who} was deleted.`,
  'message.marked': ({ who, body }) => `${who} marked as ${ARTICLE[body.as]} what ${body.author} said: “${body.text}”.`,
  'message.unmarked': ({ who, body }) => `${who} took back that a message was ${ARTICLE[body.as]}.`,
  'messages.missed': ({ body }) =>
    `Nobody listened from ${utc(body.from)} to ${utc(body.to)}: edits and deletions of that time are not known.`,
  'note.added': ({ who, body }) =>
    `${who} noted${body.author ? ` what ${body.author} said` : ''}: ${body.text}.${body.link ? ` ${body.link}` : ''}`,
  'link.added': ({ who, body }) => `${who} linked ${body.title ? `“${body.title}”: ` : ''}${body.url}`,
  'task.settled': ({ who, body }) => `${who} settled task ${body.task}: ${body.text}.`,
  'entry.corrected': ({ who, body }) =>
    `${who} corrected when entry ${body.entry} happened: ${utc(body.occurredAt)}, not ${utc(body.was)}.`,
}

const ARTICLE = { event: 'an event', task: 'a task', 'follow-up': 'a follow-up' } as const

/** What was written, and the names of the files with it. */
function said({ text, files }: { text: string; files: FileReference[] }): string {
  const names = files.map(({ name }) => name).join(', ')
  return [...(text === '' ? [] : [`“${text}”`]), ...(names === '' ? [] : [`[${names}]`])].join(' ') || '(nothing)'
}
