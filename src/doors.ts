import type { Desk } from '../commands/desk.ts'
import { ACTION_IDS, CALLBACK_IDS, press, runLine, runMention, shortcut, submit } from '../commands/index.ts'
import type { Doors } from './slack/doors.ts'

/** What Slack's edge calls: the commands, with what they work with. */
export const doorsOf = (desk: Desk): Doors => ({
  runLine: (root, text, gesture) => runLine(root, text, gesture, desk),
  runMention: (text, gesture) => runMention(text, gesture, desk),
  press: (action, gesture) => press(action, gesture, desk),
  shortcut: (id, message, gesture) => shortcut(id, message, gesture, desk),
  submit: (modal, gesture) => submit(modal, gesture, desk),
  actionIds: ACTION_IDS,
  callbackIds: CALLBACK_IDS,
})
