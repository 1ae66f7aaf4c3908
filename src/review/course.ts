import type { Incident } from '../incidents/incident.ts'
import type { EntryBody, EntryType } from '../timeline/entries.ts'
import type { Milestone } from './fold/fold.ts'

/** When what happened to an incident; null: not known, or not yet. */
export type Course = Record<
  'impactStarted' | 'detected' | 'acknowledged' | 'mitigated' | 'resolved' | 'closed',
  Date | null
> & { declared: Date }

/** A milestone of that type. */
export type Told<T extends EntryType> = Milestone & { body: Extract<EntryBody, { type: T }> }

export const isOf =
  <T extends EntryType>(type: T) =>
  (milestone: Milestone): milestone is Told<T> =>
    milestone.body.type === type

/**
 * As the incident's row says, which has what was corrected of the incident; where the entry that says so was corrected
 * instead, as that was.
 */
export function courseOf(incident: Incident, milestones: Milestone[]): Course {
  const moves = milestones.filter(isOf('incident.status_changed'))
  const moved = (to: string) => moves.findLast(({ body }) => body.to === to)
  // What was mitigated once stays so, and what is resolved is mitigated.
  const mitigated = moves.find(({ body }) => ['mitigated', 'resolved'].includes(body.to))
  const corrections = milestones.filter(isOf('incident.corrected'))
  const restated = corrections.findLast(({ body }) => body.field === 'mitigated_at')
  const corrected = (date: Date | null, milestone: Milestone | undefined) =>
    date !== null && milestone?.corrected ? milestone.at : date
  return {
    impactStarted: incident.impactStartedAt,
    detected: incident.detectedAt,
    declared: corrected(incident.declaredAt, milestones.find(isOf('incident.opened'))) ?? incident.declaredAt,
    acknowledged: corrected(incident.acknowledgedAt, milestones.find(isOf('incident.acknowledged'))),
    mitigated: corrected(incident.mitigatedAt, (restated?.seq ?? 0) > (mitigated?.seq ?? 0) ? undefined : mitigated),
    resolved: corrected(incident.resolvedAt, moved('resolved')),
    closed: corrected(incident.closedAt, moved('closed')),
  }
}

export interface Interval {
  name: 'TTD' | 'TTA' | 'TTM' | 'TTR'
  /** From when to when: `declared → resolved`. */
  span: string
  from: Date
  to: Date
  ms: number
}

/** What took how long, as far as both its times are known. What people felt counts from the impact, when that is known. */
export function intervalsOf({
  impactStarted,
  detected,
  declared,
  acknowledged,
  mitigated,
  resolved,
}: Course): Interval[] {
  const [start, since] = impactStarted ? [impactStarted, 'impact'] : [declared, 'declared']
  const candidates = [
    ['TTD', 'impact → detected', impactStarted, detected],
    ['TTA', 'declared → acknowledged', declared, acknowledged],
    ['TTM', `${since} → mitigated`, start, mitigated],
    ['TTR', `${since} → resolved`, start, resolved],
  ] as const
  return candidates.flatMap(([name, span, from, to]) =>
    from && to ? [{ name, span, from, to, ms: to.getTime() - from.getTime() }] : [],
  )
}

/** Who held an incident role, from when to when; null: to the end of what is told. */
export interface Tenure {
  role: string
  /** A person's id. */
  person: string
  from: Date
  to: Date | null
}

/** By assignments and by handovers that were accepted; whoever holds a role already doesn't get it again. */
export function tenuresOf(milestones: Milestone[]): Tenure[] {
  const all: Tenure[] = []
  const held = new Map<string, Tenure>()
  function give(role: string, person: string | null, at: Date) {
    const before = held.get(role)
    if (before?.person === person) return
    if (before) before.to = at
    held.delete(role)
    if (person === null) return
    const tenure = { role, person, from: at, to: null }
    held.set(role, tenure)
    all.push(tenure)
  }
  for (const { at, body } of milestones) {
    if (body.type === 'incident.opened') give(COMMANDER, body.commander, at)
    else if (body.type === 'incident.assigned') give(body.role, body.person, at)
    else if (body.type === 'handoff.settled' && body.as === 'accepted') give(body.role, body.to, at)
  }
  return all
}

export const COMMANDER = 'incident commander'
