import type { Kysely } from 'kysely'
import { handoffCard } from '../../../templates/handoff-card.ts'
import type { Message } from '../../../templates/message.ts'
import { notInside } from '../../../templates/not-inside.ts'
import { reminderCard } from '../../../templates/reminder-card.ts'
import { parseHandoffName } from '../../incidents/handoff.ts'
import { readHandoff } from '../../incidents/handoffs/store.ts'
import { type Incident, incidentName } from '../../incidents/incident.ts'
import { parseReminderName } from '../../incidents/reminder.ts'
import { readReminder } from '../../incidents/reminders/store.ts'
import { mayBeTold } from '../../incidents/rooms/store.ts'
import { readIncident } from '../../incidents/store.ts'
import { liveChanges } from '../../operations/store.ts'
import type { Schema } from '../../storage/schema.ts'
import { newestEntries } from '../../timeline/store.ts'

/** So many of what was looked at last are handed over. */
const LOOKED = 3

/** What one person is told and may answer: a handoff (`HANDOFF-3`) or a reminder (`REMINDER-4`). Null for anything else. */
export async function toldTo(
  db: Kysely<Schema>,
  subject: string,
  linkTo: (chain: string) => Promise<string | null>,
): Promise<{ person: string; message: Message } | null> {
  const reminder = await found(parseReminderName(subject), (id) => readReminder(db, id))
  if (reminder) {
    const [incident, link] = await incidentOf(reminder.incident)
    if (!(await mayBeTold(db, incident, reminder.person)))
      return { person: reminder.person, message: notInside(incident) }
    return { person: reminder.person, message: reminderCard(reminder, incident, link) }
  }
  const handoff = await found(parseHandoffName(subject), (id) => readHandoff(db, id))
  if (!handoff) return null
  const [incident, link] = await incidentOf(handoff.incident)
  if (!(await mayBeTold(db, incident, handoff.to))) return { person: handoff.to, message: notInside(incident) }
  const [live, entries] = await Promise.all([
    liveChanges(db, incident.id),
    newestEntries(db, incidentName(incident.id), ['operation.read'], LOOKED),
  ])
  const looked = entries.flatMap(({ body, occurredAt: at }) =>
    body.type === 'operation.read' ? [{ ...body, at }] : [],
  )
  return { person: handoff.to, message: handoffCard(handoff, incident, { live, looked, link }) }

  async function incidentOf(id: number): Promise<[Incident, string | null]> {
    return [(await readIncident(db, id)) as Incident, await linkTo(incidentName(id))]
  }
}

const found = async <T>(id: number | null, read: (id: number) => Promise<T | null>): Promise<T | null> =>
  id === null ? null : await read(id)
