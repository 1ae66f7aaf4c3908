import type { Kysely } from 'kysely'
import type { Directory } from '../identity/person.ts'
import type { Role } from '../identity/roles.ts'
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

/** What the engine works with. main makes it, of the configuration and the environment. */
export interface Context {
  db: Kysely<Schema>
  ledger: Ledger
  directory: Directory
  operations: Operation[]
  services: Record<string, Service>
  targets: Target[]
  roles: Record<string, Role>
  policy: Rule[]
  approvals: Approvals
  /** Why nobody would see a card in this channel; null when they would. What belongs to no incident is shown there. */
  whyUnseen(channel: string): Promise<string | null>
  log: Log
  /** This process, as claims name it. */
  worker: string
  /** How long a claim is this worker's without a sign of life, in milliseconds. */
  leaseMs: number
  /** How often a settling effect is looked at, in milliseconds. */
  lookEveryMs: number
}
