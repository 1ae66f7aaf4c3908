import { z } from 'zod'
import { colleagueOf } from '../src/identity/person.ts'
import { parseIncidentName } from '../src/incidents/incident.ts'
import { messageNoteModal } from '../templates/incident-modals.ts'
import { worded } from './arguments.ts'
import { type Answer, type Gesture, refuse, type Submit } from './command.ts'
import type { Desk } from './desk.ts'
import { done } from './incident/answers.ts'
import { openForm } from './incident/open.ts'
import { refuseUnlessMember } from './members.ts'
import { spoilt } from './seen.ts'

/** The message that a shortcut was used on. */
export interface ShortcutMessage {
  text: string
  at: Date
  /** A user id; null for an app's message. */
  author: string | null
  /** Its address. */
  link: string | null
}

export type ShortcutId = 'incident.open' | 'message.note' | 'message.open'

/** What Slack's own menus offer. `message`: null for the shortcut that is about none. */
export async function runShortcut(
  id: ShortcutId,
  message: ShortcutMessage | null,
  gesture: Gesture,
  desk: Desk,
): Promise<Answer> {
  const denial = refuseUnlessMember(gesture)
  if (denial) return denial
  const text = message ? desk.redact.text(worded(message.text)) : ''
  if (id === 'message.note' && message) return await noteForm({ ...message, text }, gesture, desk)
  const [first = ''] = text.trim().split('\n')
  return await openForm({ title: first || null, from: message?.link ?? null, service: null }, desk)
}

const Kept = z.object({ at: z.number(), link: z.string().nullable(), author: z.string().nullable() })

/** More incidents than these are not looked for in a menu. */
const PAST = 5

async function noteForm({ text, at, author, link }: ShortcutMessage, gesture: Gesture, desk: Desk): Promise<Answer> {
  const [open, past] = await Promise.all([desk.incidents.listOpen(gesture), desk.incidents.listPast(gesture, PAST)])
  const incidents = [...open, ...past.filter(({ status }) => status !== 'cancelled')]
  if (incidents.length === 0) return refuse('There is no incident yet whose timeline could take it.')
  const whose = author === null ? null : await desk.engine.whose(colleagueOf(gesture.person.id, author))
  const name = whose && !('kind' in whose) ? whose.name : author
  const metadata = JSON.stringify({ at: at.getTime(), link, author: name } satisfies z.input<typeof Kept>)
  const chosen = gesture.incident ?? open[0]?.id ?? null
  return { kind: 'modal', modal: messageNoteModal(incidents, { chosen, text, metadata }) }
}

/** `message.note`: it goes into the timeline with the message's own time. */
export const noteFromMessage: Submit = async ({ values, metadata }, gesture, { incidents }) => {
  const denial = refuseUnlessMember(gesture)
  if (denial) return denial
  const kept = Kept.safeParse(parsed(metadata))
  const id = parseIncidentName(values.incident ?? '')
  const text = values.text?.trim()
  if (!kept.success) return spoilt
  if (id === null) return { errors: { incident: 'Pick an incident' } }
  if (!text) return { errors: { text: 'Say what happened' } }
  const { at, link, author } = kept.data
  const result = await incidents.addNote(gesture, id, { text, at: new Date(at), link, author })
  if (result.kind === 'refused') return { errors: { text: result.reason } }
  return done(result, { ...gesture, incident: null }, 'has that in its timeline.')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
