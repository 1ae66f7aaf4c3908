import type { Kysely, Selectable, Transaction } from 'kysely'
import type { Schema } from '../../storage/schema.ts'
import type { Reminder, ReminderKind } from '../reminder.ts'

const fromRow = (row: Selectable<Schema['reminders']>): Reminder => ({
  id: row.id,
  incident: row.incident,
  kind: row.kind as ReminderKind,
  about: row.about,
  dueAt: row.due_at,
  round: row.round,
  person: row.person,
  sentAt: row.sent_at,
  snoozedUntil: row.snoozed_until,
  settledAt: row.settled_at,
})

export async function readReminder(db: Kysely<Schema>, id: number): Promise<Reminder | null> {
  const row = await db.selectFrom('reminders').selectAll().where('id', '=', id).executeTakeFirst()
  return row ? fromRow(row) : null
}

/** Those of an incident that are not settled, in the order in which they were sent. */
export async function remindersOf(db: Kysely<Schema>, incident: number): Promise<Reminder[]> {
  const rows = await db
    .selectFrom('reminders')
    .selectAll()
    .where('incident', '=', incident)
    .where('settled_at', 'is', null)
    .orderBy('id')
    .execute()
  return rows.map(fromRow)
}

/** How many reminders a person got since then, of whichever incidents. */
export async function sentSince(db: Kysely<Schema>, person: string, since: Date): Promise<number> {
  const row = await db
    .selectFrom('reminders')
    .select(({ fn }) => fn.countAll<number>().as('sent'))
    .where('person', '=', person)
    .where('sent_at', '>', since)
    .executeTakeFirstOrThrow()
  return row.sent
}

export async function insertReminder(
  trx: Transaction<Schema>,
  { dueAt, sentAt, ...reminder }: Omit<Reminder, 'id' | 'snoozedUntil' | 'settledAt'>,
): Promise<number> {
  const row = await trx
    .insertInto('reminders')
    .values({ ...reminder, due_at: dueAt, sent_at: sentAt })
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id
}

export async function settleReminder(trx: Transaction<Schema>, id: number, at: Date) {
  await trx.updateTable('reminders').set({ settled_at: at }).where('id', '=', id).execute()
}

export async function snoozeReminder(trx: Transaction<Schema>, id: number, until: Date) {
  await trx.updateTable('reminders').set({ snoozed_until: until }).where('id', '=', id).execute()
}
