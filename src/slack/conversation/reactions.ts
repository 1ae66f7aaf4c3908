import type { Marks } from '../../incidents/conversation/marks.ts'
import type { Place } from '../../incidents/conversation/message.ts'
import type { Mark } from '../../timeline/entries/conversation.ts'
import { FIREBREAK } from '../../timeline/entries.ts'
import type { Hearing } from './hearing.ts'
import { filesOf, isPersons, type SlackMessage } from './message.ts'
import type { People } from './people.ts'
import type { Whereabouts } from './whereabouts.ts'
import { mentioned, toWords } from './words.ts'

/** The events `reaction_added` and `reaction_removed`, as far as they are looked at. */
export interface ReactionEvent {
  user: string
  /** `pushpin`, `+1::skin-tone-3`. */
  reaction: string
  item: { type: string; channel?: string; ts?: string }
  event_ts: string
}

/** By which emoji people mark messages. */
export type Emoji = Record<Mark, string[]>

export interface Reactions {
  added(event: ReactionEvent, cause: string): Promise<void>
  removed(event: ReactionEvent, cause: string): Promise<void>
  /** Those of a message of an incident that was found in Slack. */
  found(message: SlackMessage, at: { incident: number; channel: string }): Promise<void>
}

/** Somebody's reaction that means something. */
interface Reaction {
  user: string
  emoji: string
  as: Mark
  cause: string
  heardTs: string
}

/** So many mentions are looked at for whose a task is. */
const MOST_MENTIONS = 5

/** Finds out which very message somebody reacted to, and has it marked. Only full members' reactions count. */
export function createReactions({
  marks,
  emoji: emojiOf,
  people,
  whereabouts,
  hearing,
  bot,
}: {
  marks: Marks
  emoji(): Emoji
  people: People
  whereabouts: Whereabouts
  hearing: Pick<Hearing, 'found'>
  /** The bot's user id; null until Slack has told. */
  bot(): string | null
}): Reactions {
  const meaning = (emoji: string): Mark | undefined =>
    (['event', 'task', 'follow-up'] as const).find((mark) => emojiOf()[mark].includes(emoji))

  async function authorOf(message: SlackMessage): Promise<string> {
    if (isPersons(message)) return (await people.who(message.user)).name
    return message.user === bot() ? FIREBREAK.name : (message.username ?? 'a bot')
  }

  async function firstMentioned({ text = '' }: SlackMessage): Promise<string | null> {
    for (const user of mentioned(text).slice(0, MOST_MENTIONS)) {
      const person = await people.who(user)
      if (person.standing !== 'bot') return person.id
    }
    return null
  }

  async function mark(message: SlackMessage, channel: string, incident: number, { user, ...reaction }: Reaction) {
    const person = await people.who(user)
    if (person.standing !== 'member') return
    const words = await toWords(message.text ?? '', people.names)
    const files = filesOf(message).map(({ name }) => name)
    await marks.reacted({
      ...{ ...reaction, incident, person, message: { channel, ts: message.ts } },
      text: words || files.join(', ') || '(no text)',
      author: await authorOf(message),
      mentions: await firstMentioned(message),
    })
  }

  return {
    async added({ user, reaction, item, event_ts }, cause) {
      const emoji = plain(reaction)
      const as = meaning(emoji)
      const place = placeOf(item)
      const incident = as && place ? await whereabouts.incident(place) : null
      if (!as || !place || incident === null) return
      const message = await whereabouts.read(place)
      if (!message) return
      await hearing.found(message, { incident, channel: place.channel })
      await mark(message, place.channel, incident, { user, emoji, as, cause, heardTs: event_ts })
    },

    async removed({ user, reaction, item, event_ts }, cause) {
      const emoji = plain(reaction)
      const message = placeOf(item)
      if (!message) return
      // One that means nothing any more may have meant something; one that means something may still be on its way.
      const marked = await marks.find(message, emoji)
      const as = marked?.as ?? meaning(emoji)
      const incident = as ? (marked?.incident ?? (await whereabouts.incident(message))) : null
      if (!as || incident === null) return
      const person = await people.who(user)
      await marks.unreacted({ incident, cause, person, emoji, as, message, heardTs: event_ts })
    },

    async found(message, { incident, channel }) {
      for (const { name, users = [] } of message.reactions ?? []) {
        const emoji = plain(name)
        const as = meaning(emoji)
        if (!as) continue
        for (const user of users) {
          const cause = `reaction:${channel}:${message.ts}:${emoji}:${user}`
          await mark(message, channel, incident, { user, emoji, as, cause, heardTs: '' })
        }
      }
    },
  }
}

/** Without its skin tone. */
const plain = (reaction: string): string => reaction.split('::')[0] ?? reaction

const placeOf = ({ type, channel, ts }: ReactionEvent['item']): Place | null =>
  type === 'message' && channel && ts && /^[CG]/.test(channel) ? { channel, ts } : null
