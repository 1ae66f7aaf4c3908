import type { Kysely } from 'kysely'
import { asActor, whyNotMember } from '../../identity/person.ts'
import type { Schema } from '../../storage/schema.ts'
import type { Ledger } from '../../timeline/ledger.ts'
import { type Asked, viewerOf } from '../context.ts'
import { incidentName } from '../incident.ts'
import { readSeen } from '../store.ts'
import { takePart } from '../taking-part.ts'
import type { Place } from './message.ts'
import { openTasks, readTask, settleTask } from './store.ts'

/** What is to be done: a task in the incident, a follow-up after it. */
export interface Task {
  /** 4; people read `task 4`. */
  id: number
  incident: number
  kind: 'task' | 'follow-up'
  text: string
  /** Whose it is, and whose reaction raised it: person ids. */
  owner: string
  raisedBy: string
  raisedAt: Date
  /** The message that it was raised from. */
  message: Place | null
  /** Who said that it is done, or took it back, by id; null: it is open. */
  settled: { by: string; at: Date } | null
}

/** `already`: it was settled before, and the task tells by whom. `reason`: for people, without a full stop at its end. */
export type Settled =
  | { kind: 'done'; task: Task }
  | { kind: 'already'; task: Task }
  | { kind: 'refused'; reason: string }

export interface Tasks {
  /** An incident's open ones, the oldest first. */
  openOf(incident: number): Promise<Task[]>
  /** The open ones of whoever has one of these person ids, in all incidents; the oldest first. */
  openOwnedBy(ids: string[]): Promise<Task[]>
  /** Any member may say that one is done, in every status of its incident: follow-ups come after it. */
  settle(asked: Asked, id: number): Promise<Settled>
}

export function createTasks(db: Kysely<Schema>, ledger: Ledger): Tasks {
  return {
    openOf: (incident) => openTasks(db, { incident }),
    openOwnedBy: (owners) => openTasks(db, { owners }),

    async settle(asked, id) {
      const { person, cause } = asked
      const denial = whyNotMember(person)
      if (denial) return { kind: 'refused', reason: denial }
      const known = await readTask(db, id)
      if (!known || !(await readSeen(db, viewerOf(asked), known.incident)))
        return { kind: 'refused', reason: `there is no task ${id}` }
      const { incident } = known
      return await ledger.transaction(cause, async (tx) => {
        const chain = await tx.hold(incidentName(incident))
        const done = await settleTask(tx.db, { id }, { by: person.id, at: chain.now })
        // Its words may have been erased meanwhile.
        const task = (await readTask(tx.db, id)) as Task
        if (!done) return { kind: 'already', task }
        const actor = asActor(person)
        await takePart({ db: tx.db, chain, incident }, actor.id, { actor, at: chain.now })
        const body = { type: 'task.settled', task: id, text: task.text } as const
        await chain.append({ subject: chain.name, actor, body })
        return { kind: 'done', task }
      })
    },
  }
}
