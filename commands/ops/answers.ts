import { incidentName } from '../../src/incidents/incident.ts'
import { changeName } from '../../src/operations/change.ts'
import type { Requested } from '../../src/operations/request.ts'
import type { Decided } from '../../src/operations/vote.ts'
import { code, prose } from '../../templates/text.ts'
import { type Answer, type Gesture, nothing, refuse, say } from '../command.ts'

/** Slack cuts an ephemeral text; what was read outside of an incident is in no thread and gets no file. */
const EPHEMERAL_DETAIL = 2_500
/** Of that, what escaping may add. */
const ESCAPES = 300

/** In the incident's thread the card is the answer; elsewhere the person is told where to look. */
export function answerRequest(result: Requested, gesture: Gesture): Answer {
  switch (result.kind) {
    case 'refused':
      return refuse(`Nothing was done: ${prose(result.reason, 800)}.`)
    case 'planned':
      if (result.incident === null)
        return say(`*${changeName(result.change)}* is planned; its card is in this channel.`)
      return gesture.incident === result.incident
        ? nothing
        : say(
            `*${changeName(result.change)}* is planned; its card is in the thread of ${incidentName(result.incident)}.`,
          )
    case 'read': {
      const { finding, detail } = result.reading
      const whole = `${finding}\n\n${detail}`
      const short = `*${prose(finding, 1_000)}*\n${code(ending(detail), EPHEMERAL_DETAIL)}`
      if (!result.recorded) return say(short, whole)
      return gesture.incident === null
        ? say(`${prose(finding, 1_000)}\nThe details are in the incident’s thread.`, whole)
        : nothing
    }
  }
}

/** The end, where a log's newest lines are, as in a thread. */
const ending = (detail: string): string => {
  const most = EPHEMERAL_DETAIL - ESCAPES
  return detail.length <= most ? detail : `…\n${detail.slice(-most).replace(/^.*\n/, '')}`
}

/** A decision in words: in the incident's thread the card is the answer; elsewhere `says` is. */
export async function done(result: Decided, gesture: Gesture, says: () => Promise<string>): Promise<Answer> {
  if (result.kind === 'refused') return refuse(`Nothing changed: ${prose(result.reason, 800)}.`)
  return gesture.incident === null ? say(await says()) : nothing
}

export const answerDecision = (result: Decided): Answer =>
  result.kind === 'done' ? nothing : refuse(`Nothing changed: ${prose(result.reason, 800)}.`)
