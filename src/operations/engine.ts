import type { Person } from '../identity/person.ts'
import type { Approval } from './approval.ts'
import { approvalFor } from './approval.ts'
import type { Change } from './change.ts'
import type { Context } from './context.ts'
import { type Marked, markUnknown } from './mark.ts'
import { whenUnidentified } from './refusal.ts'
import { replan } from './replan.ts'
import { type Request, type Requested, request } from './request.ts'
import { changesOf, readChange } from './store.ts'
import { undo } from './undo.ts'
import { type Ballot, confirm, type Decided, vote } from './vote.ts'
import { createWorker, type Worker } from './worker.ts'

/** Governed operations: what commands and buttons may ask of them. */
export interface Engine {
  request(asked: Request): Promise<Requested>
  vote(ballot: Ballot): Promise<Decided>
  /** The requester of a `low` plan says that they mean it. */
  confirm(asked: { person: Person; cause: string; change: number }): Promise<Decided>
  undo(asked: {
    person: Person
    cause: string
    channel: string
    change: number
    confirmed: boolean
  }): Promise<Requested>
  /** The same anew, for a change that came to nothing. */
  replan(asked: { person: Person; cause: string; channel: string; change: number }): Promise<Requested>
  /** A person looked, and says what became of an effect that nobody could observe. */
  mark(marked: Marked): Promise<Decided>
  change(id: number): Promise<Change | null>
  changesOf(incident: number): Promise<Change[]>
  approvalFor(change: Change): Approval
  worker: Worker
}

export function createEngine(context: Context): Engine {
  const worker = createWorker(context)
  context.ledger.onAppend(() => worker.wake())
  return {
    request: (asked) => request(context, asked),
    vote: (ballot) => vote(context, ballot).catch(whenUnidentified),
    confirm: (asked) => confirm(context, asked),
    undo: (asked) => undo(context, asked),
    replan: (asked) => replan(context, asked),
    mark: (marked) => markUnknown(context, marked).catch(whenUnidentified),
    change: (id) => readChange(context.db, id),
    changesOf: (incident) => changesOf(context.db, incident),
    approvalFor: (change) => approvalFor(context.approvals, change.plan.tier),
    worker,
  }
}
