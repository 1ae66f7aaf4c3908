import { WebAPIRateLimitedError, type WebClient } from '@slack/web-api'
import { platformError } from './clients.ts'

/** Whom a bot token belongs to, and what it may do. */
export interface ExaminedApp {
  /** What the bot is called: `firebreak`. */
  name: string
  team: string
  teamId: string
  url: string
  /** Null where it isn't told (an emulator). */
  scopes: string[] | null
}

/** Rejects when Slack doesn't take the token, and when it can't be asked: `explainFailure` says what to mend. */
export async function examineApp(client: WebClient): Promise<ExaminedApp> {
  const { user, team, team_id, url, response_metadata } = await client.auth.test()
  return {
    ...{ name: String(user), team: String(team), teamId: String(team_id), url: String(url) },
    scopes: response_metadata?.scopes ?? null,
  }
}

export interface ExaminedChannel {
  /** Without a `#`; null when Slack doesn't show the channel. */
  name: string | null
  /** What keeps the bot from posting in it; each says what to do. */
  problems: string[]
  /** Another company reads along, or was invited to. */
  shared: boolean
}

/** @param bot what the bot is called */
export async function examineChannel(client: WebClient, channel: string, bot: string): Promise<ExaminedChannel> {
  const invite = `type "/invite @${bot}" in it`
  try {
    const { channel: found } = await client.conversations.info({ channel })
    const problems = [
      ...(found?.is_archived ? ['it is archived: unarchive it, or configure another'] : []),
      ...(found?.is_member ? [] : [`the bot is not in it: ${invite}`]),
    ]
    const shared = found?.is_ext_shared === true || found?.is_pending_ext_shared === true
    return { name: found?.name ?? null, problems, shared }
  } catch (error) {
    if (!['channel_not_found', 'missing_scope'].includes(platformError(error) ?? '')) throw error
    const problem = `Slack does not show it to the bot: if it is private, ${invite} (which takes the scope groups:read); else correct its id`
    return { name: null, problems: [problem], shared: false }
  }
}

/** What a person has to mend when Slack refuses a token. */
const MEND: Record<string, string> = {
  invalid_auth: 'the token is not valid for this workspace',
  not_authed: 'the token is missing',
  account_inactive: 'the app was removed from the workspace: install it again and set the new token',
  token_revoked: 'the token was revoked: install the app again and set the new one',
  token_expired: 'the token has expired: switch token rotation off in the app’s settings, and set a new one',
  not_allowed_token_type: 'this is a token of another kind',
}

/** Why Slack refuses a token, and what would mend it; null for whatever else went wrong. */
export const whyRefused = (error: unknown): string | null => MEND[platformError(error) ?? ''] ?? null

/** Why Slack did not do what it was asked for, for people. */
export function explainFailure(error: unknown): string {
  const refused = whyRefused(error)
  if (refused) return refused
  const answer = platformError(error)
  if (answer) return `Slack answers ${answer}`
  if (error instanceof WebAPIRateLimitedError)
    return `Slack takes no more calls for ${error.retryAfter} s: try again then`
  return `Slack can’t be reached (${(error as Error).message})`
}
