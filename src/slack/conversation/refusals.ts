import type { Log } from '../../storage/log.ts'

/** What people have to mend before we can read in a channel again. It is said once, not at every look. */
export interface Refusals {
  /** Hears Slack's words for a refusal in this channel. */
  in(channel: string): (error: string) => void
}

/** Nobody's mistake: the message was deleted. */
const GONE = ['thread_not_found', 'message_not_found']

const MEND: Record<string, string> = {
  missing_scope: 'install the app again with the scopes of manifest.yml',
  not_in_channel: 'invite the bot into the channel again',
  channel_not_found: 'invite the bot into the channel again',
}

export function createRefusals(log: Log): Refusals {
  const told = new Set<string>()
  return {
    in: (channel) => (error) => {
      const about = `${channel} ${error}`
      if (GONE.includes(error) || told.has(about)) return
      told.add(about)
      const mend = MEND[error] ? `: ${MEND[error]}` : ''
      log.warn({ channel, error }, `Slack does not let us read what was said in an incident${mend}`)
    },
  }
}
