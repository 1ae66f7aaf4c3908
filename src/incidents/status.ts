import { acknowledge, clocksOf, wakeFor } from './clocks.ts'
import { type Asked, type Context, change, type Held, type Result, refused } from './context.ts'
import { isOpen, MOVES, type Status } from './incident.ts'
import { settleReminders } from './reminders.ts'
import { type Changed, updateIncident } from './store.ts'
import { takePart } from './taking-part.ts'

/** What a move may say besides where it goes; null: unknown yet. */
export interface Told {
  cause?: string | null
  fix?: string | null
  reason?: string | null
}

/** Moves an incident, at once: no text is required. */
export async function moveTo(context: Context, asked: Asked, id: number, to: Status, told: Told = {}): Promise<Result> {
  return await change(context, asked, id, async (held) => {
    const denial = whyNotTo(held, to) ?? (OVER.includes(to) ? await context.clearAway(held) : null)
    if (denial) return refused(denial)
    await move(context, held, to, told)
    await held.chain.sign()
    return { kind: 'done', incident: id }
  })
}

/** Nothing more is done to production for it. */
const OVER: Status[] = ['closed', 'cancelled']

/** Why an incident can't go there now; null when it can. */
export function whyNotTo({ chain, incident }: Held, to: Status): string | null {
  const { status } = incident
  if (status === to) return `${chain.name} is ${status} already`
  if (!MOVES[status].includes(to)) {
    const left =
      MOVES[status].length === 0
        ? 'that is final; open a new one, and link it'
        : `from there it can go to ${MOVES[status].join(' or ')}`
    return `${chain.name} is ${status}: ${left}`
  }
  return null
}

/** The move, its entry and what it does to the clocks. `quiet`: an update that is recorded with it tells of it. */
export async function move(context: Context, held: Held, to: Status, told: Told, quiet = false): Promise<void> {
  const { tx, chain, incident, actor } = held
  const { now } = chain
  const { cause = null, fix = null, reason = null } = told
  const reopened = isOpen(to) && !isOpen(incident.status)
  if (to !== 'cancelled' && isOpen(incident.status)) await acknowledge(held)
  // Whoever ends it: once it is over, nobody comes in.
  if (OVER.includes(to)) await takePart({ db: tx.db, chain, incident: incident.id }, actor.id, { actor, at: now })
  const severity = context.severities().find(({ name }) => name === incident.severity)
  const { updateDue } = clocksOf(severity, { declared: now, told: now })
  await updateIncident(tx.db, incident.id, {
    status: to,
    ...(to === 'mitigated' && !incident.mitigatedAt && { mitigatedAt: now }),
    ...(to === 'resolved' && {
      resolvedAt: now,
      updateDue: null,
      ...(incident.mitigatedAt === null && { mitigatedAt: now }),
    }),
    ...(to === 'closed' && { closedAt: now }),
    ...(to === 'cancelled' && { updateDue: null }),
    ...(reopened && { resolvedAt: null, duplicateOf: null, updateDue }),
    ...known({ cause, fix }),
  })
  if (!isOpen(to)) await settleReminders(held, null)
  await chain.append({
    subject: chain.name,
    actor,
    body: {
      ...{ type: 'incident.status_changed', from: incident.status, to, cause, fix },
      ...(reason !== null && { reason }),
      ...(quiet && { told: true }),
    },
  })
  if (reopened) await wakeFor(context, held, [updateDue])
}

/** What is unknown now doesn't take the place of what was known. */
const known = ({ cause, fix }: { cause: string | null; fix: string | null }): Changed => ({
  ...(cause !== null && { cause }),
  ...(fix !== null && { fix }),
})
