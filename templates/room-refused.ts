import { type Incident, incidentName } from '../src/incidents/incident.ts'
import { section } from './blocks.ts'
import type { Message } from './message.ts'
import { inline } from './text.ts'

/** To whoever opened an incident, whose own channel Slack doesn't make. Its title isn't said: nobody knows who reads over a shoulder. */
export function roomRefused({ id, visibility }: Incident, error: string): Message {
  const name = incidentName(id)
  const text = [
    `⚠️ *${name}* is open and on record, but it has no channel yet: Slack says ${inline(error, 80)}.`,
    `${visibility === 'private' ? 'It is private, so nothing of it is said elsewhere. ' : ''}Have your Slack administrator allow this app to make ${visibility === 'private' ? 'private' : 'public'} channels; it is tried again by itself.`,
    `Until then ${inline(`/incident status ${name}`)} and the other verbs work where you type their \`${name}\`.`,
  ].join('\n')
  return { text, blocks: [section(text)] }
}
