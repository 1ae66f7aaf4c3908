import type { WebClient } from '@slack/web-api'
import type { Log } from '../storage/log.ts'
import { platformError } from './clients.ts'
import type { Workspace } from './workspace.ts'

/**
 * Why nobody would see a card in this channel: people type slash commands where the bot is no member, and then it can't
 * post there. Null when they would, and when Slack does not tell.
 */
export function createWhyUnseen(
  client: WebClient,
  { workspace, log }: { workspace: Pick<Workspace, 'identity'>; log: Log },
): (channel: string) => Promise<string | null> {
  return async (channel) => {
    if (channel.startsWith('D')) {
      return 'nobody else sees this conversation, and somebody else may have to approve: ask in a channel, or add --incident INC-7'
    }
    const invite = `I am not in this channel, so nobody would see the plan here: type /invite @${workspace.identity()?.name ?? 'firebreak'} first, or add --incident INC-7`
    try {
      const { channel: found } = await client.conversations.info({ channel })
      return found?.is_member ? null : invite
    } catch (error) {
      if (platformError(error) === 'channel_not_found') return invite
      log.warn({ err: error, channel }, 'whether the bot is in a channel could not be checked')
      return null
    }
  }
}
