import type { Kysely, Transaction } from 'kysely'
import type { Identity } from '../identity/identity.ts'
import type { Schema } from '../storage/schema.ts'
import type { Ledger } from '../timeline/ledger.ts'
import type { Approvals } from './approval.ts'
import type { Service, Target } from './catalogue.ts'
import type { Operation } from './operation.ts'
import type { Rule } from './policy.ts'

interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** What the configuration says about operations. Loaded anew, it is another value. */
export interface Rules {
  services: Record<string, Service>
  targets: Target[]
  policy: Rule[]
  approvals: Approvals
  askNext: AskNext
}

/** When the next approver is asked, while nobody looks. */
interface AskNext {
  /** Only in incidents of these severities. */
  severities: string[]
  /** After the first ask, then after each further one; the last goes on. */
  afterMs: number[]
}

/** What the engine works with. main makes it, of the configuration and the environment. */
export interface Context {
  db: Kysely<Schema>
  ledger: Ledger
  identity: Identity
  operations: Operation[]
  /** As they are now: what was approved before they changed is checked against them too. */
  rules(): Rules
  /** Why nobody would see a card in this channel; null when they would. What belongs to no incident is shown there. */
  whyUnseen(channel: string): Promise<string | null>
  /** Whether nothing that is pending may be taken up now: the ledger has lost entries, or may have. */
  recovering(): Promise<boolean>
  /** Has a subject looked at then: see src/schedule. */
  wake(trx: Transaction<Schema>, subject: string, at: Date): Promise<void>
  log: Log
  /** This process, as claims name it. */
  worker: string
  /** How long a claim is this worker's without a sign of life, in milliseconds. */
  leaseMs: number
  /** How seldom an effect that settles, or whose answer was lost, is looked at when it takes its time, in milliseconds. */
  lookEveryMs: number
}
