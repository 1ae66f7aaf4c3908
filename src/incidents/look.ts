import { noteBreach } from './clocks.ts'
import type { Context } from './context.ts'
import { type Incident, incidentName, isOpen } from './incident.ts'
import { lineFor, remind } from './reminders.ts'
import { ALL, openIncidents, readIncident } from './store.ts'

/** Looks what is due in an incident, and tells whoever is next in line. What isn't due, and what was told, is left. */
export async function look(context: Context, id: number): Promise<void> {
  const there = await readIncident(context.db, id)
  if (!there || !isOpen(there.status)) return
  await context.ledger.transaction(null, async (tx) => {
    const chain = await tx.hold(incidentName(id))
    const incident = (await readIncident(tx.db, id)) as Incident
    if (!isOpen(incident.status)) return
    const held = { tx, chain, incident }
    await noteBreach(held)
    const { acknowledgeBy, acknowledgedAt, updateDue } = incident
    const due = { acknowledge: acknowledgedAt === null ? acknowledgeBy : null, update: updateDue } as const
    for (const kind of ['acknowledge', 'update'] as const) {
      const since = due[kind]
      if (!since || since > chain.now) continue
      await remind(context, held, {
        kind,
        about: null,
        since,
        line: lineFor(incident, kind, context.onCall(incident.service)),
      })
    }
  })
}

/** Looks at every open incident, and has those looked at that will be due: wake-ups may have been lost. */
export async function lookAtAll(context: Context): Promise<void> {
  for (const { id, acknowledgeBy, updateDue } of await openIncidents(context.db, ALL)) {
    await look(context, id)
    await context.db.transaction().execute(async (trx) => {
      const now = Date.now()
      for (const at of [acknowledgeBy, updateDue]) {
        if (at && at.getTime() > now) await context.wake(trx, incidentName(id), at)
      }
    })
  }
}
