import { type Incident, incidentName } from '../../src/incidents/incident.ts'
import { type Answer, choose, type Gesture, refuse } from '../command.ts'
import type { Desk } from '../desk.ts'

/** So many are looked at. */
const MOST = 20

/**
 * The incident that a verb is about: the one that was named, else the thread's, else the only open one, else the person
 * picks. `line` is the command with the incident filled in; `past` offers the newest ones that are over, too, and `over`
 * them alone: to close one, or to reopen it.
 */
export async function which(
  named: number | undefined,
  gesture: Gesture,
  { incidents, names }: Desk,
  line: (name: string) => string,
  { past = 0, over = false }: { past?: number; over?: boolean } = {},
): Promise<{ incident: Incident } | { answer: Answer }> {
  const id = named ?? gesture.incident
  if (id !== null) {
    const incident = await incidents.find(gesture, id)
    return incident
      ? { incident }
      : { answer: refuse(`There is no ${incidentName(id)}. \`${names.incident} list\` shows the open ones.`) }
  }
  const open = over
    ? (await incidents.listPast(gesture, MOST)).filter(({ status }) => status !== 'closed')
    : await incidents.listOpen(gesture)
  const [only] = open
  if (only && open.length === 1) return { incident: only }
  const candidates = [...open, ...(past > 0 ? await incidents.listPast(gesture, past) : [])]
  if (candidates.length === 0) {
    const none = over ? 'No incident is over and not closed yet.' : 'No incident is open.'
    return {
      answer: refuse(
        `${none} \`${names.incident} list\` shows what there is, \`${names.incident} open P1\` opens one.`,
      ),
    }
  }
  const choices = candidates.map(({ id, title }) => ({
    label: `${incidentName(id)} ${title}`,
    line: line(incidentName(id)),
  }))
  const text =
    open.length > 1
      ? `${open.length} incidents are ${over ? 'over' : 'open'}. Which one?`
      : 'No incident is open. Which one?'
  return { answer: choose(text, choices) }
}
