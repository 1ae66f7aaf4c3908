import { type Incident, incidentName, isOpen } from '../../src/incidents/incident.ts'
import { incidentList, titleOf } from '../../templates/incident-list.ts'
import { type Answer, type Choice, choose, type Gesture } from '../command.ts'
import type { Desk } from '../desk.ts'

/** What a bare `/incident` shows: what is open, and what can be done about it, one tap away. */
export async function menu(gesture: Gesture, { incidents, names }: Desk): Promise<Answer> {
  const open = await incidents.listOpen(gesture)
  const here = gesture.incident === null ? null : await incidents.find(gesture, gesture.incident)
  const only = here ?? (open.length === 1 ? (open[0] as Incident) : null)
  if (only) return menuOf(only)
  return choose(incidentList(open, [], names.incident), [
    { label: 'Open an incident…', line: 'incident open' },
    ...open
      .slice(0, 6)
      .map((one) => ({ label: `${incidentName(one.id)}…`, line: `incident menu ${incidentName(one.id)}` })),
    { label: 'List', line: 'incident list' },
    { label: 'Help', line: 'incident help' },
  ])
}

/** What can be done about one incident as it stands. */
export function menuOf(incident: Incident): Answer {
  const name = incidentName(incident.id)
  const offer = (label: string, line: string): Choice => ({ label, line: `incident ${line.replace('$', name)}` })
  const working = [
    incident.acknowledgedAt ? offer('Status', 'status $') : offer('Acknowledge', 'ack $'),
    ...[offer('Update…', 'update $'), offer('Severity…', 'severity $'), offer('Roles…', 'assign $')],
    ...[offer('Note…', 'note $'), offer('Resolve…', 'resolve $ --form'), offer('Timeline', 'timeline $')],
    ...[offer('Details…', 'set $'), offer('Duplicate of…', 'duplicate $'), offer('False alarm', 'cancel $')],
  ]
  const over = [
    ...[offer('Status', 'status $'), offer('Timeline', 'timeline $'), offer('Export', 'export $ md')],
    ...(incident.status === 'resolved' ? [offer('Close…', 'close $')] : []),
    ...(incident.status === 'closed' ? [] : [offer('Reopen', 'reopen $')]),
    ...[offer('Note…', 'note $'), offer('Details…', 'set $'), { label: 'Open another…', line: 'incident open' }],
  ]
  return choose(`${titleOf(incident)}\n*Status:* ${incident.status}`, isOpen(incident.status) ? working : over)
}
