import type { WebClient } from '@slack/web-api'
import type { Rooms } from '../../incidents/rooms/rooms.ts'
import type { Calls } from '../calls.ts'
import type { People } from './people.ts'
import type { Refusals } from './refusals.ts'

interface Moved {
  channel: string
  user: string
}

/** Who is in incidents' own channels: of a private incident nobody else may know. */
export interface Comings {
  came(moved: Moved, cause: string): Promise<void>
  went(moved: Moved, cause: string): Promise<void>
  /** Holds what is on record against who is in the channel now: Slack may have told of it while nobody listened. */
  compare(incident: number, channel: string, call: Calls): Promise<void>
}

/** Slack takes any number under 1000 (conversations.members). */
const MOST = 999

export function createComings({
  web,
  rooms,
  people,
  bot,
  refusals,
}: {
  web: WebClient
  rooms: Rooms
  people: People
  /** The bot's own user id. */
  bot(): string | null
  refusals: Refusals
}): Comings {
  async function moved({ channel, user }: Moved, to: 'inside' | 'left', cause: string) {
    const incident = user === bot() ? null : await rooms.ownerOf(channel)
    if (incident !== null) await rooms.moved(incident, await people.who(user), to, cause)
  }

  return {
    came: (one, cause) => moved(one, 'inside', cause),
    went: (one, cause) => moved(one, 'left', cause),
    async compare(incident, channel, call) {
      // First: whoever comes in after Slack was asked is none of those who are gone.
      const known = await rooms.insiders(incident)
      const page = await call(() => web.conversations.members({ channel, limit: MOST }), refusals.in(channel))
      const there = new Set<string>()
      for (const user of page?.members ?? []) {
        if (user === bot()) continue
        const person = await people.who(user)
        there.add(person.id)
        await rooms.moved(incident, person, 'inside', null)
      }
      // Where Slack didn't show all of them, nobody is taken for gone.
      if (!page || page.response_metadata?.next_cursor) return
      for (const id of known) {
        if (!there.has(id)) await rooms.moved(incident, await people.recorded(id), 'left', null)
      }
    },
  }
}
