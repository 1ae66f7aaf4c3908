import type { Incident } from '../incidents/incident.ts'
import { lineFor, remind } from '../incidents/reminders.ts'
import { readIncident } from '../incidents/store.ts'
import { changeName } from './change.ts'
import type { Context } from './context.ts'
import { type Held, withChange } from './move.ts'
import { readChange } from './store.ts'

/** So long those who may approve are left alone with it; then whoever leads the incident is told that it waits. */
const WAITING_MS = 300_000

/** Has a planned change looked at later. */
export async function wakeIfWaiting({ wake }: Context, { tx, chain, change }: Held): Promise<void> {
  if (change.incident === null || change.plan.tier === 'low') return
  await wake(tx.db, changeName(change.id), new Date(chain.now.getTime() + WAITING_MS))
}

/** A change that still waits for its approval: the operations lead is told, or who leads, then the next in line. */
export async function remindOfWaiting(context: Context, id: number): Promise<void> {
  const seen = await readChange(context.db, id)
  if (seen?.state !== 'planned' || seen.incident === null) return
  await withChange(context, id, null, async ({ tx, chain, change }) => {
    if (change.state !== 'planned') return
    const incident = (await readIncident(tx.db, change.incident as number)) as Incident
    const line = lineFor(incident, 'approval').filter((person) => person !== change.requester)
    const due = { kind: 'approval', about: changeName(id), since: change.requestedAt, line } as const
    await remind(context, { tx, chain, incident }, due)
  })
}
