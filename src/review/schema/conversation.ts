import type { ConversationBody } from '../../timeline/entries/conversation.ts'
import { type Bodies, integer, list, object, oneOf, optional, orNull, text, time } from './shape.ts'

const message = {
  channel: text('The id of its Slack channel'),
  ts: text('The message’s timestamp, which names it within its channel'),
}
const files = list(
  object('A file, which stays in Slack', {
    id: text('Its id there'),
    name: text('Its name'),
    link: text('Its address, for whoever may see it there'),
  }),
  'The files with it',
)
const as = oneOf(
  ['event', 'task', 'follow-up'],
  'As what: something that happened, or is to be done in the incident, or after it',
)

export const conversation: Bodies<ConversationBody> = {
  'message.posted': {
    is: 'Somebody wrote a message.',
    data: { ...message, text: text('What it says, in plain words'), files },
  },
  'message.edited': {
    is: 'Somebody edited a message.',
    data: {
      ...{ ...message, text: text('What it says now, in plain words'), files },
      superseded: optional({
        const: true,
        description: 'It came late: a later edit or the deletion is on record already',
      }),
    },
  },
  'message.deleted': { is: 'Somebody deleted a message.', data: message },
  'message.marked': {
    is: 'Somebody marked a message by a reaction.',
    data: {
      ...{ ...message, as },
      text: text('What it said then'),
      author: text('The name of whoever wrote it, as it was then'),
    },
  },
  'message.unmarked': { is: 'Somebody took a mark back.', data: { ...message, as } },
  'messages.missed': {
    is: 'Nobody listened: what was edited or deleted meanwhile is not known.',
    data: { from: time('From when'), to: time('Until when') },
  },
  'note.added': {
    is: 'Somebody put a note on record.',
    data: {
      text: text('What it says'),
      link: orNull(text('The address of the message that it was taken from'), 'of none'),
      author: orNull(text('The name of whoever wrote that message'), 'of none'),
    },
  },
  'link.added': {
    is: 'Somebody put a link on record.',
    data: { url: text('Its address'), title: orNull(text('What it is called'), 'nothing') },
  },
  'task.settled': {
    is: 'A task or follow-up is done.',
    data: { task: integer('Its number'), text: text('What was to be done') },
  },
  'entry.corrected': {
    is: 'An entry of this timeline happened at another time than it says.',
    data: {
      entry: integer('The number of that entry'),
      occurredAt: time('When it happened'),
      was: time('When it was taken to have happened'),
    },
  },
}
