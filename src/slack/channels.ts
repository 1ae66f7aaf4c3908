import type { WebClient } from '@slack/web-api'
import type { Log } from '../storage/log.ts'
import { AgingCache } from './aging-cache.ts'
import { platformError } from './clients.ts'
import type { Workspace } from './workspace.ts'

/** What channels are good for. The reasons are for the person who is refused. */
export interface Channels {
  /**
   * Why nobody would see a card in this channel: people type slash commands where the bot is no member, and then it can't
   * post there. Null when they would, and when Slack does not tell.
   */
  whyUnseen(channel: string): Promise<string | null>
  /**
   * Why nothing may be done or shown in this channel: another company reads along. Known for 15 minutes, and for 12 hours while
   * Slack can't be asked; null too when it never told, since whoever acts is a member all the same.
   */
  whyUnfit(channel: string): Promise<string | null>
  /** Why no such incident can be opened: its room isn't fit for it, or can't be made. */
  whyNoRoom(visibility?: Visibility): Promise<string | null>
  /** Whether the app was granted what it takes to make a channel; while Slack hasn't told it counts as granted. */
  mayMake(visibility: Visibility): boolean
  /** What is wrong with that room, as far as is known now. */
  trouble(): string | null
  /** Slack tells by itself that a channel is shared from now on, or no more. */
  heardOfSharing(channel: string): void
}

type Visibility = 'public' | 'private'

/** What making a channel, and inviting people into it, takes. */
const MAKING = { public: 'channels:manage', private: 'groups:write' } as const

/** Slack's words for "the bot has no business there": then nothing it says is seen there either. */
const ELSEWHERE = new Set(['channel_not_found', 'missing_scope', 'method_not_supported_for_channel_type'])

export function createChannels(
  client: WebClient,
  {
    workspace,
    room,
    log,
    now = Date.now,
  }: { workspace: Pick<Workspace, 'identity'>; room: () => string; log: Log; now?: () => number },
): Channels {
  let roomIsShared = false
  const shared = new AgingCache<boolean>({
    now,
    ask: async (channel) => {
      const found = await isShared(channel)
      if (channel === room()) tellOfRoom(found)
      return found
    },
    // Whoever has just mended it must not have to wait.
    staysFresh: (isShared) => !isShared,
    onStale: (channel, ageMs, err) =>
      log.warn({ channel, ageMs, err }, 'whether a channel is shared could not be checked; going by what was known'),
  })

  async function isShared(channel: string): Promise<boolean> {
    try {
      const { channel: found } = await client.conversations.info({ channel })
      // An invitation is enough: it may be accepted at any moment. `is_org_shared` alone is the same company.
      return found?.is_ext_shared === true || found?.is_pending_ext_shared === true
    } catch (error) {
      if (ELSEWHERE.has(platformError(error) ?? '')) return false
      throw error
    }
  }

  function tellOfRoom(isShared: boolean) {
    const channel = room()
    if (isShared && !roomIsShared) {
      log.error(
        { channel },
        `the incidents channel ${channel} is shared with another company: no incident can be opened`,
      )
    }
    if (roomIsShared && !isShared) log.info({ channel }, `the incidents channel ${channel} is the company’s own again`)
    roomIsShared = isShared
  }

  async function isUnfit(channel: string): Promise<boolean> {
    // A conversation of two has no other company in it but by who acts, and they are looked at anyway.
    if (!/^[CG]/.test(channel)) return false
    try {
      return (await shared.get(channel)).value
    } catch (error) {
      log.warn({ err: error, channel }, 'whether a channel is shared with another company could not be checked')
      return false
    }
  }

  const mayMake = (visibility: Visibility) => workspace.identity()?.scopes?.includes(MAKING[visibility]) ?? true

  return {
    mayMake,
    async whyUnseen(channel) {
      // A direct message, or App Home.
      if (!/^[CG]/.test(channel)) {
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
    },
    async whyUnfit(channel) {
      return (await isUnfit(channel))
        ? `<#${channel}> is shared with another company, whose people would read along. Act in a channel of your own, or have the other company disconnected from that one`
        : null
    },
    async whyNoRoom(visibility = 'public') {
      // It has a channel of its own, in which nobody is but those who were asked in.
      if (visibility === 'private')
        return mayMake('private')
          ? null
          : `a private incident has a private channel of its own, and this app was not granted the scope \`${MAKING.private}\` that making one takes: ask your Slack administrator`
      return (await isUnfit(room()))
        ? `incidents are opened in <#${room()}>, which is shared with another company, whose people would read along. Have it disconnected from that channel, or have another incidents channel configured`
        : null
    },
    trouble: () => (roomIsShared ? 'shared with another company: no incident can be opened' : null),
    heardOfSharing: (channel) => shared.doubt(channel),
  }
}
