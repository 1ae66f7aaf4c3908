import { FIREBREAK } from '../timeline/entries.ts'
import { type Asked, type Context, change, type Held, type Result, refused } from './context.ts'
import { incidentName, isOpen, type Severity } from './incident.ts'
import { settleReminders } from './reminders.ts'
import { updateIncident } from './store.ts'

/** Until when a severity promises what it promises; null where it promises nothing. */
export interface Clocks {
  acknowledgeBy: Date | null
  updateDue: Date | null
}

/** `since`: when it was declared, and when people were last told something. */
export function clocksOf(severity: Severity | undefined, since: { declared: Date; told: Date }): Clocks {
  return {
    acknowledgeBy: after(since.declared, severity?.acknowledgeWithinMs ?? null),
    updateDue: after(since.told, severity?.updateEveryMs ?? null),
  }
}

const after = (from: Date, ms: number | null): Date | null => (ms === null ? null : new Date(from.getTime() + ms))

/** Has the incident looked at when each of these is due. */
export async function wakeFor(context: Context, { tx, chain }: Pick<Held, 'tx' | 'chain'>, due: (Date | null)[]) {
  for (const at of due) if (at) await context.wake(tx.db, chain.name, at)
}

/** Somebody is on it, if nobody was: whoever does something about it acknowledges it, besides whoever says so. */
export async function acknowledge({ tx, chain, incident, actor }: Held): Promise<void> {
  if (incident.acknowledgedAt) return
  await updateIncident(tx.db, incident.id, { acknowledgedAt: chain.now })
  await chain.append({ subject: chain.name, actor, body: { type: 'incident.acknowledged' } })
  await settleReminders({ tx, chain, incident }, 'acknowledge')
}

/** Somebody says so, and does nothing else yet. */
export async function acknowledgeAlone(context: Context, asked: Asked, id: number): Promise<Result> {
  return await change(context, asked, id, async (held) => {
    const { status, acknowledgedAt } = held.incident
    if (!isOpen(status)) return refused(`${held.chain.name} is ${status} already`)
    if (acknowledgedAt) return refused(`${held.chain.name} was acknowledged already`)
    await acknowledge(held)
    return { kind: 'done', incident: id }
  })
}

/** Whether nobody is on it though somebody should be by now; said once. */
export async function noteBreach({ tx, chain, incident }: Omit<Held, 'actor'>): Promise<void> {
  const { acknowledgeBy, acknowledgedAt, breachedAt, id } = incident
  if (!acknowledgeBy || acknowledgedAt || breachedAt || acknowledgeBy > chain.now) return
  await updateIncident(tx.db, id, { breachedAt: chain.now })
  const body = { type: 'incident.response_breached', by: acknowledgeBy.toISOString() } as const
  await chain.append({ subject: incidentName(id), actor: FIREBREAK, body })
}
