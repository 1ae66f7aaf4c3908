import { setTimeout as delay } from 'node:timers/promises'
import type { WebClient } from '@slack/web-api'
import type { Log } from '../storage/log.ts'
import { backoff } from './backoff.ts'
import { platformError } from './clients.ts'

/** Whom the token belongs to. */
interface Identity {
  /** The home workspace, `T012`. */
  team: string
  /** The bot's own user id, which people mention. */
  user: string
  /** What the bot is called: `firebreak`. */
  name: string
  /** With a slash at its end: `https://example.slack.com/`. */
  url: string
}

export interface Workspace {
  /** null until Slack has told. */
  identity(): Identity | null
  /** Asks until Slack answers; rejects only when aborted. */
  connect(signal: AbortSignal, failed: (error: Error) => void): Promise<Identity>
}

/** What a person has to mend when Slack refuses the token. */
const MEND: Record<string, string> = {
  invalid_auth: 'SLACK_BOT_TOKEN is not valid for this workspace',
  not_authed: 'SLACK_BOT_TOKEN is missing',
  account_inactive: 'the app was removed from the workspace: install it again and set the new SLACK_BOT_TOKEN',
  token_revoked: 'SLACK_BOT_TOKEN was revoked: install the app again and set the new one',
}

/** `room`: the incidents channel’s id, which is asked for once Slack is there. */
export function createWorkspace(client: WebClient, options: { room: () => string; log: Log }): Workspace {
  const { log } = options
  let identity: Identity | null = null
  return {
    identity: () => identity,
    async connect(signal, failed) {
      for (let failures = 1; ; failures++) {
        try {
          const { team_id, user_id, user, url } = await client.auth.test()
          identity = { team: String(team_id), user: String(user_id), name: String(user), url: String(url) }
          log.info({ ...identity }, 'Slack knows us')
          await checkChannel(client, options.room(), identity, log)
          return identity
        } catch (error) {
          const mend = MEND[platformError(error) ?? '']
          failed(error as Error)
          if (mend) log.error({ err: error }, `Slack refuses us: ${mend}. Trying again`)
          else log.warn({ err: error }, 'Slack is away; trying again')
          await delay(backoff(failures), undefined, { signal })
        }
      }
    },
  }
}

/** Says how to mend what would make every post fail. Never an error: it can be mended while the bot runs. */
async function checkChannel(client: WebClient, channel: string, { name }: Identity, log: Log) {
  const invite = `type "/invite @${name}" in it`
  try {
    const { channel: found } = await client.conversations.info({ channel })
    const label = `the incidents channel #${found?.name} (${channel})`
    if (found?.is_archived) log.error({ channel }, `${label} is archived: unarchive it, or configure another`)
    else if (!found?.is_member) log.error({ channel }, `the bot is not a member of ${label}: ${invite}`)
  } catch (error) {
    if (platformError(error) === 'channel_not_found') {
      const message = `Slack shows the bot no incidents channel ${channel}: if it is private, ${invite}; else correct its id`
      return log.error({ channel }, message)
    }
    log.warn({ err: error, channel }, 'the incidents channel could not be checked')
  }
}
