import type { Kysely } from 'kysely'
import type { Schema } from '../storage/schema.ts'
import { FIREBREAK } from '../timeline/entries.ts'
import { GENERAL, type HeldChain, type Ledger, type LedgerTransaction } from '../timeline/ledger.ts'
import { describeLost, numbersIn, type Sighting } from './lost.ts'
import { type Recovery, recoveryName } from './standing.ts'
import {
  compareWithLedger,
  insertRecovery,
  isNew,
  lastBegan,
  skipNumbers,
  standAnew,
  standingRecovery,
  updateEnded,
  updateLost,
} from './store.ts'

/**
 * Compares what was seen with the ledger. Whatever is missing begins a recovery, once for all replicas; one that stands
 * since a restore learns what is missing, and one that knows it already begins anew when more is lost. `final`: there is
 * nothing more to see.
 */
export async function judge(
  { db, ledger }: { db: Kysely<Schema>; ledger: Ledger },
  seen: Sighting[],
  { final }: { final: boolean },
): Promise<void> {
  const { INC, OP, HOLD, RECOVERY } = numbersIn(seen)
  await skipNumbers(db, { incidents: INC, changes: OP, freezes: HOLD, recoveries: RECOVERY })
  if ((await verdict(db, seen, final)) === null) return
  await ledger.transaction(null, async (tx) => {
    const chain = await tx.hold(GENERAL)
    // Asked again: another replica may have been faster.
    const found = await verdict(tx.db, seen, final)
    if (found === null) return
    const { standing, lost } = found
    if (!standing) await begin(tx, chain, lost)
    else if (standing.lost === null) await learn(tx, chain, standing, lost)
    else await loseMore(tx, chain, standing, lost)
  })
}

/** What is to be recorded, and about which recovery (null: a new one); null when nothing is. */
async function verdict(
  db: Kysely<Schema>,
  seen: Sighting[],
  final: boolean,
): Promise<{ standing: Recovery | null; lost: string } | null> {
  const standing = await standingRecovery(db)
  const isFirst = standing !== null && standing.lost === null
  if (isFirst && !final) return null
  // What was lost before the last recovery is lost for good: people have looked at it then, or look at it now.
  const since = isFirst ? null : await lastBegan(db)
  const later = seen.filter(({ recordedAt }) => since === null || (recordedAt !== null && recordedAt > since))
  const lost = describeLost(await compareWithLedger(db, later))
  return isFirst || lost !== '' ? { standing, lost } : null
}

async function begin({ db }: LedgerTransaction, chain: HeldChain, lost: string) {
  const fresh = await isNew(db)
  const reason = fresh
    ? 'this ledger is new, and Slack shows what another one had'
    : 'the ledger lacks entries that it had'
  const id = await insertRecovery(db, { beganAt: chain.now, reason, lost })
  const about = { subject: recoveryName(id), actor: FIREBREAK }
  await chain.append({ ...about, body: { type: 'recovery.began', reason: `${reason}: ${lost}` } })
  if (!fresh) return
  // Nothing is pending in it, and whoever moved from a trial to their own Postgres has nothing to recover.
  await updateEnded(db, id, FIREBREAK.id, chain.now)
  await chain.append({ ...about, body: { type: 'recovery.ended', changes: 0 } })
}

async function learn({ db }: LedgerTransaction, chain: HeldChain, { id }: Recovery, lost: string) {
  await updateLost(db, id, lost)
  await chain.append({ subject: recoveryName(id), actor: FIREBREAK, body: { type: 'recovery.compared', lost } })
}

/** What was asked for since it began, and came back by this loss, is not to run once it is ended, either. */
async function loseMore({ db }: LedgerTransaction, chain: HeldChain, { id, lost: before }: Recovery, more: string) {
  const lost = [before, more].filter((text) => text).join('; ')
  await standAnew(db, id, { beganAt: chain.now, lost })
  await chain.append({ subject: recoveryName(id), actor: FIREBREAK, body: { type: 'recovery.compared', lost } })
}
