import { clocksOf, wakeFor } from './clocks.ts'
import { type Asked, type Context, change, type Result, refused } from './context.ts'
import { isOpen } from './incident.ts'
import { settleReminders } from './reminders.ts'
import { updateIncident } from './store.ts'

/** Another severity, and its promises with it: counted from when the incident was declared, and from its last update. */
export async function changeSeverity(
  context: Context,
  asked: Asked,
  id: number,
  { severity, reason }: { severity: string; reason: string | null },
): Promise<Result> {
  return await change(context, asked, id, async (held) => {
    const { tx, chain, incident, actor } = held
    const from = incident.severity
    if (!isOpen(incident.status)) return refused(`${chain.name} is ${incident.status} already`)
    if (severity === from) return refused(`${chain.name} is ${from} already`)
    const known = context.severities().find(({ name }) => name === severity)
    const { declaredAt, updatedAt, acknowledgedAt } = incident
    const clocks = clocksOf(known, { declared: declaredAt, told: updatedAt ?? declaredAt })
    await updateIncident(tx.db, id, { severity, ...clocks, ...(acknowledgedAt === null && { breachedAt: null }) })
    await chain.append({
      subject: chain.name,
      actor,
      body: { type: 'incident.severity_changed', from, to: severity, reason },
    })
    await settleReminders(held, 'acknowledge')
    await settleReminders(held, 'update')
    await wakeFor(context, held, [clocks.acknowledgeBy, clocks.updateDue])
    return { kind: 'done', incident: id }
  })
}
