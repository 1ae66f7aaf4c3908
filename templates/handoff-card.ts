import { type Handoff, handoffName } from '../src/incidents/handoff.ts'
import { type Incident, incidentName } from '../src/incidents/incident.ts'
import { type Change, changeName } from '../src/operations/change.ts'
import { actions, button, section } from './blocks.ts'
import type { Message } from './message.ts'
import { inline, line, person, when, within } from './text.ts'

/** What is handed over with a role. */
export interface Carried {
  /** The incident's changes that have not ended. */
  live: Change[]
  /** What was looked at last, newest first. */
  looked: { line: string; finding: string; at: Date }[]
  /** Of the incident's thread, where it is known. */
  link: string | null
}

/** What somebody is told privately who is asked to take a role over: everything that they take over with it. */
export function handoffCard(handoff: Handoff, incident: Incident, carried: Carried): Message {
  const name = handoffName(handoff.id)
  const heading = `${person(handoff.offeredBy)} asks you to take over as *${handoff.role}* of *${incidentName(incident.id)}* · ${line(incident.severity, 40)} · ${line(incident.title, 200)}`
  if (handoff.state !== 'offered') {
    const text = `${heading}\n${settled(handoff)}`
    return { text, blocks: [section(text)] }
  }
  const lines = [
    heading,
    ...standing(incident, carried),
    ...(carried.link ? [`<${carried.link}|Open the thread>`] : []),
  ]
  const text = within(lines, 2_900)
  const buttons = [
    button({ label: 'Accept', action: 'handoff.accept', value: name, style: 'primary' }),
    button({ label: 'Decline', action: 'handoff.decline', value: name }),
  ]
  return { text, blocks: [section(text), actions(`${name}.offered`, buttons)] }
}

const settled = ({ state, settledAt }: Handoff): string => {
  const at = settledAt ? ` ${when(settledAt)}` : ''
  if (state === 'accepted') return `✅ You accepted${at}: the role is yours.`
  return state === 'declined' ? `🚫 You declined${at}.` : `It is settled otherwise${at}; there is nothing to do.`
}

function standing(incident: Incident, { live, looked }: Carried): string[] {
  const waiting = live.filter(({ state }) => state === 'planned')
  const running = live.filter(({ state }) => state !== 'planned')
  const named = (changes: Change[]) =>
    changes.map(({ id, line: typed, state }) => `${changeName(id)} ${inline(typed, 80)} (${state})`).join(', ')
  const { status, updateDue, acknowledgeBy, acknowledgedAt } = incident
  return [
    `*Status:* ${status}, declared ${when(incident.declaredAt)}`,
    `*Waiting for approval:* ${waiting.length === 0 ? 'nothing' : named(waiting)}`,
    `*Running:* ${running.length === 0 ? 'nothing' : named(running)}`,
    `*Next update:* ${updateDue ? `due ${when(updateDue)}` : 'none is promised'}`,
    ...(acknowledgedAt || !acknowledgeBy ? [] : [`*To be acknowledged by:* ${when(acknowledgeBy)}`]),
    looked.length === 0 ? '*Looked at:* nothing yet' : '*Looked at last*',
    ...looked.map(({ line: typed, finding, at }) => `• ${inline(typed, 80)} ${when(at)}: ${line(finding, 200)}`),
  ]
}
