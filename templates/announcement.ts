import { type Incident, incidentName } from '../src/incidents/incident.ts'
import { header, section } from './blocks.ts'
import { leads } from './incident-list.ts'
import type { Message } from './message.ts'
import { line } from './text.ts'

/** In the channel that incidents share: that there is one with a channel of its own, and how it stands. */
export function announcement(incident: Incident & { channel: string }): Message {
  const title = `${incidentName(incident.id)} · ${incident.severity} · ${incident.title}`
  const says = `*Status:* ${incident.status}, ${leads(incident)}\n*It goes on in* <#${incident.channel}>`
  return { text: `*${line(title, 600)}*\n${says}`, blocks: [header(title), section(says)] }
}
