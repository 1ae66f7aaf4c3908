import { colleagueOf, type Person } from '../identity/person.ts'
import { FIREBREAK } from '../timeline/entries.ts'
import { type Asked, type Context, change, type Held, type Refused, refused } from './context.ts'
import { type Incident, isOpen } from './incident.ts'
import { type Reminder, type ReminderKind, reminderName } from './reminder.ts'
import {
  insertReminder,
  readReminder,
  remindersOf,
  sentSince,
  settleReminder,
  snoozeReminder,
} from './reminders/store.ts'
import { knowing } from './rooms/store.ts'

/** How long somebody may leave a reminder unheeded before the next in line is told: nobody is told after that one. */
const NEXT_IN_LINE_MS = 300_000
const TOLD_AT_MOST = 2
/** More reminders an hour than this are noise: the next in line is told instead. */
const MOST_AN_HOUR = 3

/** What is due, since when, and whom to tell of it, in their order: ids. */
interface Due {
  kind: ReminderKind
  about: string | null
  since: Date
  line: string[]
}

/** Who is told first of what, and who next; nobody twice. `onCall`: whose turn it is for the service, user ids in their order. */
export function lineFor(incident: Incident, kind: ReminderKind, onCall: string[] = []): string[] {
  const { commander, deputy, operationsLead, communicationsLead } = incident
  const line = {
    acknowledge: [...onCall.map((user) => colleagueOf(commander, user)), commander, deputy],
    update: [communicationsLead, commander, deputy, operationsLead],
    approval: [operationsLead, commander, deputy],
  }[kind]
  return [...new Set(line.filter((id) => id !== null))]
}

/** Tells who is next in line, if it is time. Held is the incident's chain; says nothing twice. */
export async function remind(context: Pick<Context, 'wake'>, held: Omit<Held, 'actor'>, due: Due): Promise<void> {
  const { tx, chain, incident } = held
  const { now } = chain
  const sent = (await remindersOf(tx.db, incident.id)).filter(
    ({ kind, about, dueAt }) => kind === due.kind && about === due.about && dueAt.getTime() === due.since.getTime(),
  )
  const snoozed = sent.find(({ snoozedUntil }) => snoozedUntil !== null)
  if (snoozed) {
    if (snoozed.snoozedUntil && snoozed.snoozedUntil > now) return
    await settle(held, snoozed)
    return await send(context, held, due, snoozed)
  }
  const last = sent.at(-1)
  if (last && last.sentAt.getTime() + NEXT_IN_LINE_MS > now.getTime()) return
  const told = sent.map(({ person }) => person)
  if (new Set(told).size >= TOLD_AT_MOST) return
  // Whoever is next in line and not in a private incident's room learns nothing of it.
  const line = incident.visibility === 'private' ? await knowing(tx.db, incident.id, due.line) : due.line
  for (const person of line) {
    const lately = told.includes(person)
      ? MOST_AN_HOUR
      : await sentSince(tx.db, person, new Date(now.getTime() - 3_600_000))
    if (lately < MOST_AN_HOUR) return await send(context, held, due, { person, round: sent.length })
  }
}

async function send(
  context: Pick<Context, 'wake'>,
  { tx, chain, incident }: Omit<Held, 'actor'>,
  { kind, about, since }: Due,
  { person, round }: Pick<Reminder, 'person' | 'round'>,
) {
  const { now } = chain
  const values = { incident: incident.id, kind, about, dueAt: since, round, person, sentAt: now }
  const reminder = await insertReminder(tx.db, values)
  await chain.append({
    subject: reminderName(reminder),
    actor: FIREBREAK,
    body: { type: 'reminder.sent', reminder, kind, person, about, due: since.toISOString() },
  })
  await context.wake(tx.db, about ?? chain.name, new Date(now.getTime() + NEXT_IN_LINE_MS))
}

/** What was due is done, or is not to be done any more: whoever was told sees it. */
export async function settleReminders(
  held: Pick<Held, 'tx' | 'chain'> & { incident: Pick<Incident, 'id'> },
  kind: ReminderKind | null,
  about: string | null = null,
): Promise<void> {
  for (const reminder of await remindersOf(held.tx.db, held.incident.id)) {
    if ((kind === null || reminder.kind === kind) && (about === null || reminder.about === about))
      await settle(held, reminder)
  }
}

async function settle({ tx, chain }: Pick<Held, 'tx' | 'chain'>, { id }: Reminder) {
  await settleReminder(tx.db, id, chain.now)
  await chain.append({ subject: reminderName(id), actor: FIREBREAK, body: { type: 'reminder.settled', reminder: id } })
}

/** Whoever was told is told again after so long, and nobody else before that. */
export async function snooze(
  context: Context,
  asked: Asked,
  id: number,
  minutes: number,
): Promise<{ kind: 'done'; until: Date } | Refused> {
  const reminder = await readReminder(context.db, id)
  if (!reminder) return refused(`there is no ${reminderName(id)}`)
  if (!isTheirs(reminder, asked.person)) return refused('somebody else was reminded')
  return await change(context, asked, reminder.incident, async ({ tx, chain, incident, actor }) => {
    const now = await readReminder(tx.db, id)
    if (!isOpen(incident.status)) return refused(`${chain.name} is ${incident.status} already`)
    if (!now || now.settledAt) return refused('it is done already')
    const until = new Date(chain.now.getTime() + minutes * 60_000)
    await snoozeReminder(tx.db, id, until)
    const body = { type: 'reminder.snoozed', reminder: id, until: until.toISOString() } as const
    await chain.append({ subject: reminderName(id), actor, body })
    await context.wake(tx.db, reminder.about ?? chain.name, until)
    return { kind: 'done', until }
  })
}

const isTheirs = ({ person }: Reminder, who: Person): boolean => person === who.id
