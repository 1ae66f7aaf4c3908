import type { Person } from '../identity/person.ts'
import { viewerOf } from '../incidents/context.ts'
import { abilitiesOf } from './abilities.ts'
import type { Approval } from './approval.ts'
import { approvalFor } from './approval.ts'
import { askAgain } from './asking.ts'
import { breakGlass } from './break-glass.ts'
import { type Change, changeName } from './change.ts'
import { type About, confirm, withdraw } from './confirm.ts'
import type { Context } from './context.ts'
import { type Explanation, explain } from './explain.ts'
import { type HoldResult, hold, release } from './hold.ts'
import { looking } from './looking.ts'
import { lookAgain, type Marked, markUnknown } from './mark.ts'
import { type Refused, refused, whenUnidentified } from './refusal.ts'
import { replan } from './replan.ts'
import { type Request, type Requested, request } from './request.ts'
import { type ReviewItem, reviewItemsOf } from './reviews/store.ts'
import { reinstate, revoke } from './revoke.ts'
import { type Act, refuseUnlessEntitled, whyNotEntitled } from './rights.ts'
import { createWorker, type Worker } from './runs/worker.ts'
import { changesOf, readSeenChange } from './store.ts'
import { undo } from './undo.ts'
import { type Ballot, type Decided, type Seen, vote } from './vote.ts'
import { remindOfWaiting } from './waiting.ts'

/** Who asks, and in which channel. */
type Asker = Parameters<typeof viewerOf>[0]

type Asked = Omit<About, 'change'>

/** Governed operations: what commands and buttons may ask of them. Who can't be identified is refused. */
export interface Engine {
  request(asked: Request): Promise<Requested>
  /** What would happen; nothing is planned. */
  explain(asked: Parameters<typeof explain>[1]): Promise<Explanation | Refused>
  vote(ballot: Ballot): Promise<Decided>
  /** One person decides alone, and answers for it in the review. */
  breakGlass(asked: About & Seen & { reason: string }): Promise<Decided>
  /** Somebody who may approve looks at the plan. */
  looking(asked: About): Promise<Decided>
  askAgain(asked: About): Promise<Decided>
  /** The requester of a `low` plan says that they mean it. */
  confirm(asked: About): Promise<Decided>
  withdraw(asked: About): Promise<Decided>
  undo(asked: About & { channel: string; confirmed: boolean }): Promise<Requested>
  /** The same anew, for a change that came to nothing. */
  replan(asked: About & { channel: string }): Promise<Requested>
  /** A person looked, and says what became of an effect that nobody could observe. */
  mark(marked: Marked): Promise<Decided>
  /** The same, but Firebreak looks. */
  lookAgain(asked: About): Promise<Decided>
  hold(asked: Asked, reason: string): Promise<HoldResult>
  release(asked: Asked): Promise<HoldResult>
  revoke(asked: Asked, revoked: { whom: Person; reason: string }): Promise<Decided>
  reinstate(asked: Asked, whom: Person): Promise<Decided>
  /** Who somebody is whom a command names by one of their accounts. */
  whose(account: string): Promise<Person | Refused>
  /** Tells whom it concerns that a change waits for its approval, if it still does. */
  remindOfWaiting(id: number): Promise<void>
  /** Null also when it belongs to an incident that they may not know of. */
  change(by: Asker, id: number): Promise<Change | null>
  changesOf(incident: number): Promise<Change[]>
  reviewItemsOf(incident: number): Promise<ReviewItem[]>
  approvalFor(change: Change): Approval
  /** What somebody may do somewhere, by policy’s names: help shows no more. */
  abilitiesOf(person: Person): Promise<ReadonlySet<string>>
  /** Why somebody may not do this to Firebreak itself; null when they may. */
  whyNotEntitled(person: Person, act: Act, severity?: string | null): Promise<string | null>
  /** The same when they set about it: null, or the refusal, which is on record then. */
  refuseUnlessEntitled(asked: { person: Person; cause: string; line: string }, act: Act): Promise<Refused | null>
  worker: Worker
}

export function createEngine(context: Context): Engine {
  const worker = createWorker(context)
  context.ledger.onAppend(() => worker.wake())
  /** What belongs to an incident that somebody may not know of isn't there for them. */
  async function known<T>(asked: About, decide: () => Promise<T>): Promise<T | Refused> {
    const { db } = context
    if (!(await readSeenChange(db, viewerOf(asked), asked.change)))
      return refused('no_change', `there is no ${changeName(asked.change)}`)
    return await decide()
  }
  return {
    request: (asked) => request(context, asked),
    explain: (asked) => explain(context, asked).catch(whenUnidentified),
    vote: (ballot) => known(ballot, () => vote(context, ballot)).catch(whenUnidentified),
    breakGlass: (asked) => known(asked, () => breakGlass(context, asked)).catch(whenUnidentified),
    looking: (asked) => known(asked, () => looking(context, asked)).catch(whenUnidentified),
    askAgain: (asked) => known(asked, () => askAgain(context, asked)),
    confirm: (asked) => known(asked, () => confirm(context, asked)).catch(whenUnidentified),
    withdraw: (asked) => known(asked, () => withdraw(context, asked)),
    undo: (asked) => known(asked, () => undo(context, asked)),
    replan: (asked) => known(asked, () => replan(context, asked)),
    mark: (marked) => known(marked, () => markUnknown(context, marked)).catch(whenUnidentified),
    lookAgain: (asked) => known(asked, () => lookAgain(context, asked)).catch(whenUnidentified),
    hold: (asked, reason) => hold(context, asked, reason).catch(whenUnidentified),
    release: (asked) => release(context, asked).catch(whenUnidentified),
    revoke: (asked, revoked) => revoke(context, asked, revoked).catch(whenUnidentified),
    reinstate: (asked, whom) => reinstate(context, asked, whom).catch(whenUnidentified),
    whose: (account) => context.identity.whose(account).catch(whenUnidentified),
    remindOfWaiting: (id) => remindOfWaiting(context, id),
    change: (by, id) => readSeenChange(context.db, viewerOf(by), id),
    changesOf: (incident) => changesOf(context.db, incident),
    reviewItemsOf: (incident) => reviewItemsOf(context.db, incident),
    approvalFor: (change) => approvalFor(context.rules().approvals, change.plan.tier),
    abilitiesOf: (person) => abilitiesOf(context, person),
    whyNotEntitled: (person, act, severity) => whyNotEntitled(context, person, act, severity),
    refuseUnlessEntitled: (asked, act) => refuseUnlessEntitled(context, asked, act),
    worker,
  }
}
