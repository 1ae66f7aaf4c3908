import type { App, GlobalShortcut, MessageShortcut } from '@slack/bolt'
import type { ShortcutMessage } from '../../commands/shortcuts.ts'
import type { Doors } from './doors.ts'
import type { Gestures } from './gestures.ts'
import { permalink } from './projection/permalink.ts'
import { fromShortcut } from './source.ts'
import { typed } from './text.ts'
import type { Workspace } from './workspace.ts'

/** What Slack's menus offer: one for the whole of Slack, and two for each message. */
export function offerShortcuts(
  app: App,
  { doors, gestures, workspace }: { doors: Doors; gestures: Gestures; workspace: Pick<Workspace, 'identity'> },
): void {
  app.shortcut<GlobalShortcut>('incident.open', ({ shortcut, ack }) =>
    gestures.take(fromShortcut(shortcut), ack, async (gesture) =>
      doors.shortcut('incident.open', null, await gesture()),
    ),
  )
  for (const id of ['message.note', 'message.open'] as const) {
    app.shortcut<MessageShortcut>(id, ({ shortcut, ack }) =>
      gestures.take(fromShortcut(shortcut), ack, async (gesture) =>
        doors.shortcut(id, about(shortcut), await gesture()),
      ),
    )
  }

  function about({ channel, message }: MessageShortcut): ShortcutMessage {
    const url = workspace.identity()?.url
    const thread = typeof message.thread_ts === 'string' ? message.thread_ts : null
    return {
      text: typed(message.text ?? ''),
      at: new Date(Number(message.ts) * 1000),
      author: message.user ?? null,
      link: url ? permalink(url, { channel: channel.id, ts: message.ts, thread }) : null,
    }
  }
}
