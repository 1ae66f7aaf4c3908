import { type WebAPIPlatformError as Platform, WebAPIPlatformError, WebAPIRateLimitedError } from '@slack/web-api'

/**
 * What Slack said to a call. `refused` and `rate_limited` mean that nothing happened; after `unknown` (time-out, network,
 * 5xx, an answer that is cut) it may have happened or not.
 */
export type Answer<T> =
  | { kind: 'ok'; value: T }
  | { kind: 'refused'; error: string }
  | { kind: 'rate_limited'; ms: number }
  | { kind: 'unknown'; error: string }

/** "It's possible some aspect of the operation succeeded", as Slack documents them for every method. */
const UNSURE = ['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout']
const RATE_LIMITED = ['ratelimited', 'rate_limited']

/** Makes one call. The client must not retry by itself: a post whose answer was lost would be doubled. */
export async function ask<T>(call: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { kind: 'ok', value: await call() }
  } catch (error) {
    if (error instanceof WebAPIRateLimitedError) return { kind: 'rate_limited', ms: error.retryAfter * 1000 }
    if (error instanceof WebAPIPlatformError) return refusal(error)
    return { kind: 'unknown', error: error instanceof Error ? error.message : String(error) }
  }
}

function refusal({ data }: Platform): Answer<never> {
  const { error, response_metadata } = data
  if (RATE_LIMITED.includes(error)) return { kind: 'rate_limited', ms: (response_metadata?.retryAfter ?? 1) * 1000 }
  // web-api puts a body that isn't JSON (a proxy's page, a cut answer) in place of the code.
  if (UNSURE.includes(error) || !/^[a-z0-9_]+$/.test(String(error))) return { kind: 'unknown', error: String(error) }
  return { kind: 'refused', error }
}

/** Slack doesn't take this message, whatever the channel: its blocks are at fault. */
export const faultsTheMessage = (error: string): boolean =>
  [
    ...['invalid_blocks', 'invalid_blocks_format', 'msg_blocks_too_long', 'msg_too_long', 'no_text'],
    ...['invalid_attachments', 'too_many_attachments', 'invalid_arguments', 'invalid_metadata_format'],
    ...['metadata_too_large', 'metadata_must_be_sent_from_app'],
  ].includes(error)

/** The message is gone, or not ours to edit any more (another bot user, an edit window that has closed). */
export const faultsTheTs = (error: string): boolean =>
  ['message_not_found', 'cant_update_message', 'edit_window_closed'].includes(error)

/** Nobody can write to this person, or invite them, any more. */
export const isUnreachable = (error: string): boolean =>
  ['user_not_found', 'user_disabled', 'user_not_visible', 'users_not_found', 'cannot_dm_bot'].includes(error)

/** The channel was archived, which takes the bot out of it, or somebody took it out. */
export const faultsTheChannel = (error: string): boolean =>
  ['is_archived', 'is_inactive', 'channel_not_found', 'not_in_channel'].includes(error)
