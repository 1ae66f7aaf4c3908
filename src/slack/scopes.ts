/** A permission that the app asks of Slack. The texts are for the company's Slack administrator (docs/slack-admin.md). */
export interface Scope {
  name: string
  /** What it serves. */
  feature: string
  /** What there is not without it. */
  loss: string
  /** The company may refuse it, and the rest works. */
  optional: boolean
  /** Events that Slack sends to whoever holds this scope, and by no other one. */
  events?: string[]
}

/** Everything that is asked for. manifest.yml has the same, and `firebreak doctor` compares it with what was granted. */
export const SCOPES: Scope[] = [
  {
    name: 'app_mentions:read',
    feature: '`@firebreak …` in an incident’s thread, where Slack refuses slash commands',
    loss: 'mentions are not heard: in threads only buttons work',
    optional: false,
  },
  {
    name: 'channels:history',
    feature:
      'the messages of an incident’s thread are recorded, edits and deletions too; a message of our own whose post had no answer is looked up; after a restore our messages tell what the ledger lacks',
    loss: 'threads are not on record, a post whose answer was lost stays unknown, and lost entries go unnoticed',
    optional: false,
  },
  {
    name: 'channels:read',
    feature:
      'the channels of firebreak.yml: which one a `#name` means, whether the bot is in it, whether another company reads along; who comes into an incident’s own channel',
    loss: 'channels can only be named by their ids, and one that another company reads along in is not noticed',
    optional: false,
  },
  {
    name: 'chat:write',
    feature: 'every message: the cards of incidents and changes, their edits, replies in threads',
    loss: 'nothing is shown in Slack; only the command line works',
    optional: false,
  },
  {
    name: 'commands',
    feature: 'the slash commands, and shortcuts in the menus of Slack and of a message',
    loss: 'there are no slash commands and no shortcuts',
    optional: false,
  },
  {
    name: 'files:write',
    feature: 'exports and long output as files in the thread; deleting them when what they say is erased',
    loss: 'exports and long output do not come to the thread',
    optional: false,
  },
  {
    name: 'im:history',
    feature: 'a direct message of our own whose post had no answer is looked up',
    loss: 'it stays unknown whether such a message arrived',
    optional: false,
  },
  {
    name: 'im:write',
    feature: 'direct messages: what somebody’s role in an incident asks of them, handoffs, reminders',
    loss: 'nobody gets direct messages',
    optional: false,
  },
  {
    name: 'reactions:read',
    feature: '📌 ✅ 🔁 on the messages of an incident’s thread',
    loss: 'reactions do nothing',
    optional: false,
  },
  {
    name: 'usergroups:read',
    feature: 'roles that name user groups',
    loss: 'nobody holds a role through a user group',
    optional: false,
  },
  {
    name: 'users:read',
    feature: 'names, time zones, and who is a full member: guests, bots and strangers have no rights',
    loss: 'nobody can be told from a stranger, and so nobody has any rights',
    optional: false,
  },
  {
    name: 'channels:manage',
    feature: 'a public channel of its own for each incident, where `slack.rooms.own` is set: made, people invited',
    loss: 'incidents are threads in the incidents channel',
    optional: true,
  },
  {
    name: 'groups:history',
    feature: 'what channels:history is for, in private channels that the bot was invited to',
    loss: 'threads in private channels are not on record, and messages there can’t be looked up',
    optional: true,
    events: ['message.groups'],
  },
  {
    name: 'groups:read',
    feature: 'what channels:read is for, with private channels that the bot was invited to',
    loss: 'the incidents channel can’t be a private one',
    optional: true,
  },
  {
    name: 'groups:write',
    feature: 'a private channel of its own for a private incident: made, people invited',
    loss: 'there are no private incidents',
    optional: true,
  },
]
