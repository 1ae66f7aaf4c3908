import { incidentName } from '../../src/incidents/incident.ts'
import { prose } from '../../templates/text.ts'
import { type Answer, type Gesture, nothing, refuse, say } from '../command.ts'

/** What an incident's desk says to a gesture. In the incident's thread its messages are the answer; elsewhere `says` is. */
export function done(
  result: { kind: 'done'; incident: number } | { kind: 'refused'; reason: string },
  gesture: Gesture,
  says: string,
): Answer {
  if (result.kind === 'refused') return refuse(`Nothing changed: ${prose(result.reason, 800)}.`)
  return gesture.incident === result.incident ? nothing : say(`*${incidentName(result.incident)}* ${says}`)
}
