import { setTimeout as delay } from 'node:timers/promises'
import type { WebClient } from '@slack/web-api'
import type { Log } from '../storage/log.ts'
import { backoff } from './backoff.ts'
import { examineChannel, whyRefused } from './examine.ts'

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
  /** What the app was granted; null where Slack doesn't say. */
  scopes: string[] | null
}

export interface Workspace {
  /** null until Slack has told. */
  identity(): Identity | null
  /** Asks until Slack answers; rejects only when aborted. */
  connect(signal: AbortSignal, failed: (error: Error) => void): Promise<Identity>
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
          const { team_id, user_id, user, url, response_metadata } = await client.auth.test()
          const scopes = response_metadata?.scopes ?? null
          identity = { team: String(team_id), user: String(user_id), name: String(user), url: String(url), scopes }
          log.info({ ...identity }, 'Slack knows us')
          await checkRoom(client, options.room(), identity, log)
          return identity
        } catch (error) {
          const mend = whyRefused(error)
          failed(error as Error)
          if (mend) log.error({ err: error }, `Slack refuses SLACK_BOT_TOKEN: ${mend}. Trying again`)
          else log.warn({ err: error }, 'Slack is away; trying again')
          await delay(backoff(failures), undefined, { signal })
        }
      }
    },
  }
}

/** Says how to mend what would make every post fail. Never an error: it can be mended while the bot runs. */
async function checkRoom(client: WebClient, channel: string, { name: bot }: Identity, log: Log) {
  try {
    const { name, problems } = await examineChannel(client, channel, bot)
    const label = `the incidents channel ${name ? `#${name} (${channel})` : channel}`
    for (const problem of problems) log.error({ channel }, `${label}: ${problem}`)
  } catch (error) {
    log.warn({ err: error, channel }, 'the incidents channel could not be checked')
  }
}
