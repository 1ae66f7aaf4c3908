import { type Incident, incidentName } from '../src/incidents/incident.ts'
import { section } from './blocks.ts'
import type { Message } from './message.ts'

/** To whoever was told of a private incident by themselves, and has left its channel since: in the place of what that said. */
export function notInside({ id }: Pick<Incident, 'id'>): Message {
  const text = `*${incidentName(id)}* is private, and you are not in its channel any more: there is nothing to do.`
  return { text, blocks: [section(text)] }
}
