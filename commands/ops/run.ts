import { whyNotMember } from '../../src/identity/person.ts'
import { incidentName, parseIncidentName } from '../../src/incidents/incident.ts'
import { isRead, type Operation, type Value } from '../../src/operations/operation.ts'
import { badArguments } from '../../templates/help.ts'
import { inline } from '../../templates/text.ts'
import { type Answer, choose, type Gesture, refuse } from '../command.ts'
import type { Desk } from '../desk.ts'
import { nearestOf, parse } from '../grammar.ts'
import { answerRequest } from './answers.ts'

/** Flags that every operation takes. */
export const COMMON = ['incident', 'env'] as const

/** Runs an operation as it was typed: `scale checkout 5 --incident INC-7`. */
export async function runOperation(operation: Operation, rest: string, gesture: Gesture, desk: Desk): Promise<Answer> {
  const bad = async (problem: string) => {
    const service = await desk.serviceOf(gesture.person).catch(() => null)
    return refuse(badArguments({ command: desk.names.ops, verb: operation, problem, service }))
  }
  const parsed = parse(operation, rest, COMMON)
  if ('problem' in parsed) return await bad(parsed.problem)
  const args = parsed.args as Record<string, Value> & { service: string }
  if (!desk.services.includes(args.service)) {
    const nearest = nearestOf(args.service, desk.services)
    if (!nearest) return await bad(`there is no service “${args.service}”; there is ${desk.services.join(', ')}`)
    const meant = `${operation.name} ${rest.replace(new RegExp(`(?<![\\w-])${args.service}(?![\\w-])`, 'i'), nearest)}`
    const question = `There is no service “${args.service}”. Did you mean ${nearest}?`
    return choose(question, [{ label: meant, line: `ops ${meant}` }])
  }
  const line = `${operation.name} ${rest}`.trim()
  const where = await whereTo(parsed.common.incident, line, gesture, desk)
  if ('answer' in where) return where.answer
  const unfit = await whyUnfit(where.incident, operation, gesture, desk)
  if (unfit) return refuse(`Nothing was done: ${unfit}.`)
  const environment = parsed.common.env
  const result = await desk.engine.request({
    ...gesture,
    incident: where.incident,
    operation,
    args,
    line,
    ...(environment !== undefined && { environment }),
  })
  return answerRequest(result, gesture)
}

/** Why what comes of it can't be shown where it would be. What is read outside of an incident is for its reader alone. */
async function whyUnfit(
  id: number | null,
  operation: Operation,
  gesture: Gesture,
  { incidents, channels }: Desk,
): Promise<string | null> {
  const incident = id === null ? null : await incidents.find(gesture, id)
  if (!incident && isRead(operation)) return null
  return await channels.whyUnfit(incident?.channel ?? gesture.channel)
}

/**
 * The incident it belongs to: the one that was named, else the thread's, else the channel's only open one; several ask.
 * With none open it stands alone.
 */
export async function whereTo(
  named: string | undefined,
  line: string,
  gesture: Gesture,
  { incidents }: Desk,
): Promise<{ incident: number | null } | { answer: Answer }> {
  if (named === 'none') return { incident: null }
  const id = named === undefined ? gesture.incident : parseIncidentName(named)
  if (named !== undefined && (id === null || !(await incidents.find(gesture, id)))) {
    return { answer: refuse('Nothing was done: --incident must name an incident, such as `INC-7`, or `none`.') }
  }
  if (id !== null) return { incident: id }
  const here = (await incidents.listOpen(gesture)).filter((incident) => incident.channel === gesture.channel)
  if (here.length < 2) return { incident: here[0]?.id ?? null }
  // What is open is for the workspace's own to see; the policy refuses anybody else in any case.
  if (whyNotMember(gesture.person)) return { incident: null }
  const choices = here.map(({ id, title }) => ({
    label: `${incidentName(id)} ${title}`,
    line: `ops ${line} --incident ${incidentName(id)}`,
  }))
  return { answer: choose(`${here.length} incidents are open here. Which one is ${inline(line)} for?`, choices) }
}
