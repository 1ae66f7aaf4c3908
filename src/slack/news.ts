import type { App } from '@slack/bolt'
import type { RememberingDirectory } from '../identity/remember.ts'
import type { Log } from '../storage/log.ts'
import type { Channels } from './channels.ts'
import { toPerson } from './directory.ts'
import type { Gestures } from './gestures.ts'
import type { Workspace } from './workspace.ts'

/** Whom Slack's news of people, user groups and channels are for. */
export interface News {
  directory: Pick<RememberingDirectory, 'heardOfPerson' | 'heardOfGroup'>
  channels: Pick<Channels, 'heardOfSharing'>
  workspace: Pick<Workspace, 'identity'>
  gestures: Pick<Gestures, 'track'>
  log: Log
}

/** Hears what Slack tells by itself, so that a right that was taken away is gone at once. What is missed is asked for later. */
export function hearNews(app: App, { directory, channels, workspace, gestures, log }: News): void {
  const take = (about: string, work: Promise<void>) =>
    gestures.track(
      work.catch((error) =>
        log.warn({ err: error, about }, 'what Slack told could not be taken in; it is asked for later'),
      ),
    )

  app.event('user_change', async ({ event: { user } }) => {
    const home = workspace.identity()?.team
    if (home) await take(user.id, directory.heardOfPerson(toPerson(user, user.id, home)))
  })
  app.event('subteam_members_changed', ({ event }) =>
    take(event.subteam_id, directory.heardOfGroup(event.subteam_id, event.removed_users ?? [])),
  )
  // Renamed, or disabled. Its list of members may be cut: who left comes by the event above.
  app.event('subteam_updated', ({ event: { subteam } }) =>
    take(subteam.id, directory.heardOfGroup(subteam.id, (subteam.date_delete ?? 0) > 0 ? 'all' : [])),
  )
  for (const event of ['channel_shared', 'channel_unshared'] as const) {
    app.event(event, async ({ event: { channel } }) => channels.heardOfSharing(channel))
  }
}
