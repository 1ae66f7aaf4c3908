import type { Person } from '../identity/person.ts'
import type { Entry } from '../timeline/entries.ts'
import { readPage } from '../timeline/store.ts'
import { acknowledgeAlone } from './clocks.ts'
import { type Asked, type Context, change, type Refused, type Result, viewerOf } from './context.ts'
import { createTasks, type Settled, type Task } from './conversation/tasks.ts'
import { type Correction, correct, correctEntry } from './correct.ts'
import { duplicate } from './duplicate.ts'
import type { Handoff } from './handoff.ts'
import { answer, offer } from './handoffs.ts'
import { type Incident, incidentName, type Status } from './incident.ts'
import { look, lookAtAll } from './look.ts'
import { addLink, addNote, linksOf, type Note } from './notes.ts'
import { type Opening, open } from './open.ts'
import { assign } from './people.ts'
import { snooze } from './reminders.ts'
import type { IncidentRole } from './roles.ts'
import { changeSeverity } from './severity.ts'
import { moveTo, type Told } from './status.ts'
import { openIncidents, pastIncidents, readSeen } from './store.ts'
import { postUpdate, type Update } from './update.ts'

/** The incidents' lifecycle. Every change commits with its timeline entry. */
export interface Incidents {
  open(asked: Asked, opening: Opening): Promise<Result>
  /** Acts at once: no text is required, and cause and fix may stay unknown yet. */
  move(asked: Asked, id: number, to: Status, told?: Told): Promise<Result>
  /** Somebody is on it. */
  acknowledge(asked: Asked, id: number): Promise<Result>
  changeSeverity(asked: Asked, id: number, change: { severity: string; reason: string | null }): Promise<Result>
  postUpdate(asked: Asked, id: number, update: Update): Promise<Result>
  assign(asked: Asked, id: number, change: { role: IncidentRole; person: Person | null }): Promise<Result>
  /** Asks somebody to take a role over. */
  offer(asked: Asked, id: number, change: { role: IncidentRole; to: Person }): Promise<Result>
  /** What they say to that; `id` is the handoff's. */
  answer(asked: Asked, id: number, as: 'accepted' | 'declined'): Promise<{ kind: 'done'; handoff: Handoff } | Refused>
  /** `id` is the reminder's. */
  snooze(asked: Asked, id: number, minutes: number): Promise<{ kind: 'done'; until: Date } | Refused>
  correct(asked: Asked, id: number, corrections: Correction[]): Promise<Result>
  /** An entry of its timeline happened at another time than it says. */
  correctEntry(asked: Asked, id: number, change: { entry: number; occurredAt: Date }): Promise<Result>
  addNote(asked: Asked, id: number, note: Note): Promise<Result>
  addLink(asked: Asked, id: number, link: { url: string; title: string | null }): Promise<Result>
  /** The first is the same as the second, where it goes on. */
  duplicate(asked: Asked, id: number, of: number): Promise<Result>
  /** Puts on record that an export was asked for; the projection uploads it to the thread. */
  export(asked: Asked, id: number, format: 'md' | 'json'): Promise<Result>
  /** Tells whom it concerns what is due. */
  look(id: number): Promise<void>
  /** The same of every open incident: what should have woken us may be lost. */
  lookAtAll(): Promise<void>
  /** Null also when they may not know that there is one. */
  find(by: Asker, id: number): Promise<Incident | null>
  /** The last entries of its timeline before that one, in their order. */
  entries(id: number, page: { before: number; limit: number }): Promise<Entry[]>
  /** The addresses that were kept last, the newest first. */
  links(id: number): Promise<{ url: string; title: string | null }[]>
  /** What is to be done and isn't, oldest first. */
  openTasks(id: number): Promise<Task[]>
  /** Says that one is done: by its number. */
  settleTask(asked: Asked, id: number): Promise<Settled>
  /** Those that they may know of, newest first. */
  listOpen(by: Asker): Promise<Incident[]>
  listPast(by: Asker, limit: number): Promise<Incident[]>
}

/** Who asks, and in which channel. */
type Asker = Pick<Asked, 'person' | 'channel'>

export function createIncidents(context: Context): Incidents {
  const { db } = context
  const tasks = createTasks(db, context.ledger)
  return {
    open: (asked, opening) => open(context, asked, opening),
    move: (asked, id, to, told) => moveTo(context, asked, id, to, told),
    acknowledge: (asked, id) => acknowledgeAlone(context, asked, id),
    changeSeverity: (asked, id, to) => changeSeverity(context, asked, id, to),
    postUpdate: (asked, id, update) => postUpdate(context, asked, id, update),
    assign: (asked, id, to) => assign(context, asked, id, to),
    offer: (asked, id, to) => offer(context, asked, id, to),
    answer: (asked, id, as) => answer(context, asked, id, as),
    snooze: (asked, id, minutes) => snooze(context, asked, id, minutes),
    correct: (asked, id, corrections) => correct(context, asked, id, corrections),
    correctEntry: (asked, id, to) => correctEntry(context, asked, id, to),
    addNote: (asked, id, note) => addNote(context, asked, id, note),
    addLink: (asked, id, link) => addLink(context, asked, id, link),
    duplicate: (asked, id, of) => duplicate(context, asked, id, of),
    export: (asked, id, format) => putExport(context, asked, id, format),
    look: (id) => look(context, id),
    lookAtAll: () => lookAtAll(context),
    find: (by, id) => readSeen(db, viewerOf(by), id),
    entries: (id, page) => readPage(db, incidentName(id), page),
    links: (id) => linksOf(context, id),
    openTasks: (incident) => tasks.openOf(incident),
    settleTask: (asked, id) => tasks.settle(asked, id),
    listOpen: (by) => openIncidents(db, viewerOf(by)),
    listPast: (by, limit) => pastIncidents(db, viewerOf(by), limit),
  }
}

function putExport(context: Context, asked: Asked, id: number, format: 'md' | 'json'): Promise<Result> {
  return change(context, asked, id, async ({ chain, actor }) => {
    const body = { type: 'incident.exported', format, through: chain.seq, zone: asked.person.zone } as const
    await chain.append({ subject: chain.name, actor, body })
    return { kind: 'done', incident: id }
  })
}
