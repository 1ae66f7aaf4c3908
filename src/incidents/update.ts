import { acknowledge, wakeFor } from './clocks.ts'
import { type Asked, type Context, change, type Result, refused } from './context.ts'
import { type Incident, isOpen, type Status } from './incident.ts'
import { settleReminders } from './reminders.ts'
import { move, whyNotTo } from './status.ts'
import { updateIncident } from './store.ts'

export interface Update {
  /** The template that it was made with. */
  template: string
  /** What somebody wrote. */
  said: string
  /** What it says, of the incident as it is with it: mrkdwn. Asked under the chain's lock. */
  render(incident: Incident, at: { now: Date; next: Date | null }): string
  /** null: where it is. */
  status: Status | null
  /** When the next one is due, in ms from now; null: as the severity says. */
  nextInMs: number | null
}

/** Posts an update, and moves the incident if it says so. The next one is due as it says, or as the severity does. */
export async function postUpdate(context: Context, asked: Asked, id: number, update: Update): Promise<Result> {
  return await change(context, asked, id, async (held) => {
    const { tx, chain, incident, actor } = held
    const moves = update.status !== null && update.status !== incident.status ? update.status : null
    const denial = moves && whyNotTo(held, moves)
    if (denial) return refused(denial)
    if (incident.status === 'closed')
      return refused(`${chain.name} is closed: that is final; open a new one, and link it`)
    const status = moves ?? incident.status
    const severity = context.severities().find(({ name }) => name === incident.severity)
    const nextInMs = update.nextInMs ?? severity?.updateEveryMs ?? null
    const next = isOpen(status) && nextInMs !== null ? new Date(chain.now.getTime() + nextInMs) : null

    if (moves) await move(context, held, moves, {}, true)
    else if (isOpen(incident.status)) await acknowledge(held)
    await updateIncident(tx.db, id, { updatedAt: chain.now, updateDue: next })
    await settleReminders(held, 'update')
    await chain.append({
      subject: chain.name,
      actor,
      body: {
        ...{ type: 'incident.updated', template: update.template, status, next: next?.toISOString() ?? null },
        said: update.said,
        text: update.render({ ...incident, status }, { now: chain.now, next }),
      },
    })
    if (moves) await chain.sign()
    await wakeFor(context, held, [next])
    return { kind: 'done', incident: id }
  })
}
