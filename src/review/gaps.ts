import { took } from '../../templates/text.ts'
import type { Incident, Severity } from '../incidents/incident.ts'
import type { ReviewItem } from '../operations/reviews/store.ts'
import { COMMANDER, type Course, isOf, tenuresOf } from './course.ts'
import type { Folded, Milestone } from './fold/fold.ts'
import { broken, type Gap, wholeMinutes } from './gap.ts'
import { silences } from './silences.ts'

/** Longer than a shift: nobody leads well for so long. */
const SHIFT_MS = 8 * 3_600_000

interface GapsInput {
  incident: Incident
  course: Course
  folded: Folded
  severities: readonly Severity[]
  reviewItems: ReviewItem[]
  /** When the export was asked for: what is open lasts until then. */
  until: Date
  name(person: string): string
}

/** Those with a time by that; the others after them. */
export function gapsOf(input: GapsInput): Gap[] {
  const gaps = [
    ...silences(input.folded.milestones, input),
    ...unacknowledged(input),
    ...changes(input.folded),
    ...handovers(input),
    ...missed(input.folded.milestones),
    ...unanswered(input.reviewItems),
    ...unsaid(input),
  ]
  const time = ({ from }: Gap) => from?.getTime() ?? Number.MAX_SAFE_INTEGER
  return gaps.sort((a, b) => time(a) - time(b))
}

/** The ledger says that a promise was broken; a corrected time may say that it wasn't. */
function unacknowledged({ course, folded, until }: GapsInput): Gap[] {
  const breach = folded.milestones.find(isOf('incident.response_breached'))
  if (!breach) return []
  const { declared: from, acknowledged: to } = course
  const by = Date.parse(breach.body.by)
  if (to && to.getTime() <= by) return []
  const lasted = (to ?? until).getTime() - from.getTime()
  return [{ kind: 'not_acknowledged', text: `not acknowledged for ${broken(lasted, by - from.getTime())}`, from, to }]
}

function changes({ changes }: Folded): Gap[] {
  return [...changes].flatMap(([change, { line, state }]): Gap[] => {
    const none = { from: null, to: null }
    if (state === 'unknown')
      return [{ kind: 'unknown_outcome', text: `nobody knows whether ${change} (${line}) was applied`, ...none }]
    if (state === 'inconclusive')
      return [{ kind: 'inconclusive', text: `${change} (${line}) was applied, and nobody saw it take effect`, ...none }]
    return []
  })
}

function handovers({ course, folded, until, name }: GapsInput): Gap[] {
  const { milestones } = folded
  const settled = new Set(milestones.filter(isOf('handoff.settled')).map(({ body }) => body.handoff))
  const unanswered = milestones.filter(isOf('handoff.offered')).flatMap(({ at, body }): Gap[] => {
    if (settled.has(body.handoff)) return []
    const text = `${name(body.to)} was asked to take over as ${body.role}, and no answer is on record`
    return [{ kind: 'handover_unanswered', text, from: at, to: null }]
  })
  const end = course.resolved ?? until
  const alone = tenuresOf(milestones).flatMap(({ role, person, from, to }): Gap[] => {
    const ms = (to ?? end).getTime() - from.getTime()
    if (role !== COMMANDER || ms <= SHIFT_MS) return []
    const text = `${name(person)} was ${COMMANDER} for ${took(wholeMinutes(ms))} without a handover`
    return [{ kind: 'no_handover', text, from, to: to ?? course.resolved }]
  })
  return [...unanswered, ...alone]
}

const missed = (milestones: Milestone[]): Gap[] =>
  milestones.filter(isOf('messages.missed')).map(({ body }) => ({
    kind: 'messages_missed',
    text: 'nobody listened: what was edited or deleted in Slack meanwhile is not known',
    from: new Date(body.from),
    to: new Date(body.to),
  }))

const unanswered = (items: ReviewItem[]): Gap[] =>
  items
    .filter(({ settledAt }) => settledAt === null)
    .map(({ id, text }) => ({
      kind: 'review_unanswered',
      text: `the review has not answered item ${id}: ${text}`,
      ...{ from: null, to: null },
    }))

/** Of an incident that is over; before, nobody has to know. */
function unsaid({ incident, course }: GapsInput): Gap[] {
  if (!['resolved', 'closed'].includes(incident.status) || incident.duplicateOf !== null) return []
  const never = (kind: Gap['kind'], text: string): Gap => ({ kind, text, from: null, to: null })
  return [
    ...(course.impactStarted
      ? []
      : [never('no_impact_start', 'when the impact began is not known: what it took is counted from the declaration')]),
    ...(incident.cause ? [] : [never('no_cause', 'the cause is not known')]),
    ...(incident.fix ? [] : [never('no_fix', 'what fixed it is not known')]),
  ]
}
