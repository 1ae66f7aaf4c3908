import { type Incident, incidentName, parseIncidentName } from '../../src/incidents/incident.ts'
import type { Modal } from '../../templates/message.ts'
import type { Answer, FormErrors, Gesture, Submit, Submitted } from '../command.ts'
import type { Desk } from '../desk.ts'
import { refuseUnlessMember } from '../members.ts'
import { spoilt } from '../seen.ts'

/** A form about an incident, and the line that opens it. */
export const formFor = (modal: Modal, verb: string, { id }: Incident): Answer => ({
  ...{ kind: 'modal', modal },
  line: `incident ${verb} ${incidentName(id)}`,
})

/** A form that came back, about the incident that its metadata names first. What that is now is the domain's to judge. */
export function onIncident(
  submit: (form: Submitted, incident: Incident, gesture: Gesture, desk: Desk) => Promise<FormErrors | Answer>,
): Submit {
  return async (form, gesture, desk) => {
    const denial = refuseUnlessMember(gesture)
    if (denial) return denial
    const id = parseIncidentName(form.metadata.split(' ')[0] ?? '')
    const incident = id === null ? null : await desk.incidents.find(gesture, id)
    return incident ? await submit(form, incident, gesture, desk) : spoilt
  }
}
