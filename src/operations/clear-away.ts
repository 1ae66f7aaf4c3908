import type { Incident } from '../incidents/incident.ts'
import { incidentName } from '../incidents/incident.ts'
import type { Actor } from '../timeline/entries.ts'
import type { HeldChain, LedgerTransaction } from '../timeline/ledger.ts'
import { type Change, changeName } from './change.ts'
import { move } from './move.ts'
import type { State } from './states.ts'
import { liveChanges } from './store.ts'

const RUNS: State[] = ['approved', 'claimed', 'intended', 'applied']

/**
 * Before an incident is closed or cancelled: what waits for a decision is withdrawn, in the same transaction, which holds
 * the incident's chain. While something runs, or is about to, nothing is; why is said, for people.
 */
export async function clearAway({
  tx,
  chain,
  incident,
  actor,
}: {
  tx: LedgerTransaction
  chain: HeldChain
  incident: Incident
  actor: Actor
}): Promise<string | null> {
  const changes = await liveChanges(tx.db, incident.id)
  const running = changes.filter(({ state }) => RUNS.includes(state))
  if (running.length > 0) {
    const named = running.map(({ id }) => changeName(id)).join(', ')
    return `${named} ${running.length === 1 ? 'runs or is about to' : 'run or are about to'}: wait for the end, or stop it first`
  }
  for (const change of changes.filter(({ state }: Change) => state === 'planned')) {
    const why = `${incidentName(incident.id)} is over`
    await move({ tx, chain, change }, 'withdrawn', actor, why, { finished_at: chain.now })
  }
  return null
}
