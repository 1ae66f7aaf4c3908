import { type Incident, incidentName } from '../src/incidents/incident.ts'
import type { IncidentRole } from '../src/incidents/roles.ts'
import { section } from './blocks.ts'
import type { Message } from './message.ts'
import { inline, line, person } from './text.ts'

/** What each role does, told to whoever has it now, and to nobody else. */
const DUTIES: Record<IncidentRole, string[]> = {
  'incident commander': [
    'You decide. You don’t debug: let others look and change, and keep the whole in view.',
    'Give the other roles to people; keep one goal at a time.',
    'See to it that updates come when they are due, and that it is resolved when the damage has stopped.',
  ],
  deputy: [
    'You take over whenever the commander is away, asleep or overwhelmed.',
    'Until then: keep the commander’s list, and watch the clocks.',
  ],
  'operations lead': [
    'You lead those who look at production and change it; nobody else changes anything.',
    'Every change goes through a plan and its approval; say what you expect before it runs.',
  ],
  'communications lead': [
    'You tell everybody who isn’t in the thread, in their words and when it was promised.',
    'You are reminded when an update is due.',
  ],
  scribe: [
    'You keep what would be lost: what was decided and why, what was seen, and when.',
    'A 📌 on a message puts it into the timeline with its own time.',
  ],
}

const FIRST: Record<IncidentRole, string> = {
  'incident commander': 'status',
  deputy: 'status',
  'operations lead': 'ops help',
  'communications lead': 'update',
  scribe: 'note what happened',
}

/** `link`: of the incident's thread, where it is known. */
export function roleDirect(
  incident: Incident,
  role: IncidentRole,
  { by, link }: { by: string; link: string | null },
): Message {
  const name = incidentName(incident.id)
  const text = [
    `${person(by)} made you *${role}* of *${name}* · ${line(incident.severity, 40)} · ${line(incident.title, 200)}`,
    ...DUTIES[role].map((duty) => `• ${duty}`),
    `To begin, in its thread: ${inline(`@firebreak ${FIRST[role]}`)}${link ? ` · <${link}|Open the thread>` : ''}`,
    `Not you? ${inline(`@firebreak handoff @somebody as ${role}`)}`,
  ].join('\n')
  return { text, blocks: [section(text)] }
}
