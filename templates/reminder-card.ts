import { type Incident, incidentName } from '../src/incidents/incident.ts'
import { type Reminder, type ReminderKind, reminderName, SNOOZES_MIN } from '../src/incidents/reminder.ts'
import { actions, type Button, button, section } from './blocks.ts'
import type { Message } from './message.ts'
import { line, when } from './text.ts'

const WHAT: Record<ReminderKind, string> = {
  acknowledge: 'Nobody has acknowledged it, and its severity promises that somebody would',
  update: 'An update is due: people wait for news',
  approval: 'A change waits for approval, and nobody has decided',
}

/** What one person is told privately when something is due. `link`: of the incident's thread, where it is known. */
export function reminderCard(reminder: Reminder, incident: Incident, link: string | null): Message {
  const name = reminderName(reminder.id)
  const { kind, about, dueAt, round, settledAt, snoozedUntil } = reminder
  const heading = `⏰ *${incidentName(incident.id)}* · ${line(incident.severity, 40)} · ${line(incident.title, 200)}`
  const says = `${WHAT[kind]}${about ? ` (${about})` : ''}, since ${when(dueAt)}.`
  const why = round > 0 ? ' Whoever was told before you has not done it.' : ''
  const open = link ? `\n<${link}|Open the thread>` : ''
  if (settledAt) {
    const text = `${heading}\n${says} ✅ Settled ${when(settledAt)}; there is nothing to do.`
    return { text, blocks: [section(text)] }
  }
  const snoozed = snoozedUntil ? `\n😴 Snoozed until ${when(snoozedUntil)}.` : ''
  const text = `${heading}\n${says}${why}${snoozed}${open}`
  const buttons = [doIt(reminder, incident), ...(snoozedUntil ? [] : snoozes(name))]
  return { text, blocks: [section(text), actions(`${name}${snoozedUntil ? '.snoozed' : ''}`, buttons)] }
}

function doIt({ kind, about }: Reminder, { id }: Incident): Button {
  const value = incidentName(id)
  if (kind === 'acknowledge') return button({ label: 'Acknowledge', action: 'incident.ack', value, style: 'primary' })
  if (kind === 'update') return button({ label: 'Update…', action: 'incident.update', value, style: 'primary' })
  return button({ label: 'Ask again', action: 'change.ask_again', value: about ?? '', style: 'primary' })
}

/** An action's id is unique within its block. */
const snoozes = (name: string): Button[] =>
  SNOOZES_MIN.map((minutes, i) =>
    button({ label: `Snooze ${minutes} min`, action: `reminder.snooze:${i}`, value: `${name} ${minutes}` }),
  )
