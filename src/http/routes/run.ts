import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { Answer } from '../../../commands/command.ts'
import type { Desk } from '../../../commands/desk.ts'
import { runTyped } from '../../../commands/index.ts'
import { type Change, parseChangeName } from '../../operations/change.ts'
import type { Schema } from '../../storage/schema.ts'
import type { Entry } from '../../timeline/entries.ts'
import { readByCause } from '../../timeline/store.ts'
import { already, once } from './once.ts'
import { type Caller, defineRoute, Key } from './route.ts'
import type { Said, Speech } from './said.ts'

/** Longer than any line that makes sense; a title may have 200 characters, a cause 900. */
const LONGEST_LINE = 8_000

interface Tools {
  desk: Desk
  db: Kysely<Schema>
  /** Where the cards go of what belongs to no incident. */
  room: () => string
  speech: Speech
}

/**
 * `POST /api/run`: a line as people type it in Slack, as if the token's person had typed it. `key` is the client's own for
 * each gesture: sent again with the same key, it acts once, and the answer tells what it did the first time.
 */
export function run({ desk, db, room, speech }: Tools) {
  return defineRoute({
    method: 'POST',
    path: '/api/run',
    act: null,
    input: z.strictObject({
      line: z
        .string()
        .trim()
        .min(1, 'must not be empty')
        .max(LONGEST_LINE, `must be at most ${LONGEST_LINE} characters`),
      key: Key,
    }),

    async handle({ line }, caller): Promise<Said> {
      const { person, cause } = caller
      const answer = await once(db, cause, () =>
        runTyped(line, { person, cause, channel: room(), incident: null }, desk),
      )
      return await tell(answer, caller).catch((error) => {
        // What was asked for is done by now: nobody may be told that nothing was.
        throw Object.assign(error, { maybeCommitted: true })
      })
    },
  })

  /** `answer` is null for a gesture that came a second time. */
  async function tell(answer: Answer | null, caller: Caller): Promise<Said> {
    const entry = await readByCause(db, caller.cause)
    const said = answer ? await speech.answer(answer, caller) : already(entry)
    const change = entry && (await changeOf(entry, caller))
    if (!change) return said
    const shown = await speech.change(change, caller)
    return { ...said, ...shown, text: `${said.text}\n\n${shown.text}` }
  }

  async function changeOf({ subject }: Entry, caller: Caller): Promise<Change | null> {
    const id = subject.startsWith('OP-') ? parseChangeName(subject) : null
    return id === null ? null : await desk.engine.change(caller, id)
  }
}
