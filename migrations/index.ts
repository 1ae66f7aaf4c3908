import { ledger } from './0001-ledger.ts'
import { governance } from './0002-governance.ts'
import { desk } from './0003-desk.ts'

/** Every migration, in order. Forward only: release N−1 must run on N's schema (expand, then contract). */
export const migrations = (botRole: string) => ({
  '0001-ledger': ledger(botRole),
  '0002-governance': governance(botRole),
  '0003-desk': desk(botRole),
})
