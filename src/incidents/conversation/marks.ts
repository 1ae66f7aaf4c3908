import type { Kysely } from 'kysely'
import { asActor, type Person } from '../../identity/person.ts'
import type { Schema } from '../../storage/schema.ts'
import type { Mark } from '../../timeline/entries/conversation.ts'
import type { Ledger } from '../../timeline/ledger.ts'
import { takePart } from '../taking-part.ts'
import { fitted, type Place, timeOf } from './message.ts'
import { recording } from './recording.ts'
import { countMarks, ERASED, insertTask, keepMark, readMark, readMessage, settleTask } from './store.ts'

interface Reaction {
  incident: number
  cause: string
  /** Who reacted. */
  person: Person
  emoji: string
  as: Mark
  message: Place
  /** Slack's name of what was heard, in its order; empty for a reaction that was found. */
  heardTs: string
}

interface Marked extends Reaction {
  text: string
  /** Who wrote the message, by name. */
  author: string
  /** Whom it mentions first, by person id; null: nobody. A task is theirs then, else whose reaction raised it. */
  mentions: string | null
}

/** People put messages into the timeline by reactions: as an event, a task, a follow-up. */
export interface Marks {
  /** Marks a message, unless somebody has: it happened when the message was written. A task is raised with it. */
  reacted(reaction: Marked): Promise<void>
  /** Takes back the mark, once nobody's reaction stands any more, and the task with it. */
  unreacted(reaction: Reaction): Promise<void>
  /** As what somebody's reaction with this emoji has marked a message, and in which incident; null when none has. */
  find(message: Place, emoji: string): Promise<{ incident: number; as: Mark } | null>
}

export function createMarks(db: Kysely<Schema>, ledger: Ledger): Marks {
  return {
    find: (message, emoji) => readMark(db, message, emoji),

    async reacted(reaction) {
      const { incident, person, emoji, as, message, heardTs } = reaction
      await recording(ledger, reaction, async (held) => {
        const { db, chain } = held
        const before = await countMarks(db, message, as)
        const kept = { incident, mark: as, emoji, person: person.id, stands: true, heardTs }
        if (!(await keepMark(db, message, kept))) return
        await takePart(held, person.id, { actor: asActor(person), at: chain.now })
        if (before > 0) return
        // What was erased doesn't come back by a reaction.
        const erased = (await readMessage(db, message))?.digest === ''
        const text = erased ? ERASED : fitted(chain.redact(reaction.text))
        await chain.append({
          ...{ subject: chain.name, actor: asActor(person), occurredAt: timeOf(message.ts) },
          body: { type: 'message.marked', ...message, as, text, author: reaction.author },
        })
        if (as === 'event') return
        const task = { owner: reaction.mentions ?? person.id, raisedBy: person.id, raisedAt: chain.now }
        await insertTask(db, { incident, kind: as, text, message, ...task })
      })
    },

    async unreacted(reaction) {
      const { incident, person, emoji, message, heardTs } = reaction
      await recording(ledger, reaction, async ({ db, chain }) => {
        // What it meant when it was made.
        const as = (await readMark(db, message, emoji, person.id))?.as ?? reaction.as
        const before = await countMarks(db, message, as)
        const kept = { incident, mark: as, emoji, person: person.id, stands: false, heardTs }
        if (!(await keepMark(db, message, kept))) return
        if (before === 0 || (await countMarks(db, message, as)) > 0) return
        const at = timeOf(heardTs)
        const body = { type: 'message.unmarked', ...message, as } as const
        await chain.append({ subject: chain.name, actor: asActor(person), occurredAt: at, body })
        if (as !== 'event') await settleTask(db, { message, kind: as }, { by: person.id, at: chain.now })
      })
    },
  }
}
