import type { Log } from '../../storage/log.ts'

/** How to mend what Slack refuses. */
const MEND: Record<string, string> = {
  not_in_channel: 'invite the bot to the channel: /invite @firebreak',
  channel_not_found: 'check the channel id in firebreak.yml, and invite the bot if the channel is private',
  is_archived: 'unarchive the channel, or name another one in firebreak.yml',
  restricted_action: 'a workspace setting forbids posting there: allow the app to post in this channel',
  missing_scope: 'install the app again with the scopes of manifest.yml',
  invalid_auth: 'SLACK_BOT_TOKEN is not valid in this workspace',
  token_revoked: 'SLACK_BOT_TOKEN was revoked: install the app again',
  account_inactive: "the app's bot user was removed: install the app again",
}

/** Says each problem of a channel once, and when it's over. */
export function createTroubles(log: Log) {
  const told = new Map<string, Set<string>>()
  return {
    tell(channel: string, error: string, subject: string) {
      const errors = told.get(channel) ?? new Set()
      if (errors.has(error)) return
      told.set(channel, errors.add(error))
      const mend = MEND[error]
      log.warn(
        { channel, error, subject, ...(mend && { mend }) },
        'a message does not reach Slack; it is kept and tried again',
      )
    },
    over(channel: string) {
      if (told.delete(channel)) log.info({ channel }, 'messages reach this channel again')
    },
  }
}

export type Troubles = ReturnType<typeof createTroubles>
