import { ledger } from './0001-ledger.ts'

/** Every migration, in order. Forward only: release N−1 must run on N's schema (expand, then contract). */
export const migrations = (botRole: string) => ({
  '0001-ledger': ledger(botRole),
})
