import { describe, expect, it } from 'vitest'
import { COMMANDER, courseOf, intervalsOf, tenuresOf } from '../../src/review/course.ts'
import { createFold } from '../../src/review/fold/fold.ts'
import { createClock } from '../../src/review/times.ts'
import type { EntryBody } from '../../src/timeline/entries.ts'
import { ALICE, at, BOB, CAROL, entry, incident, resolved } from '../support/examples.ts'
import { examples } from '../timeline/evening.ts'

/** The milestones of entries a minute apart. */
function milestones(...bodies: EntryBody[]) {
  const fold = createFold()
  for (const [i, body] of bodies.entries()) fold.add(i + 1, entry(i + 1, body))
  return fold.end().milestones
}
const corrected = (number: number, seconds: number): EntryBody => ({
  ...{ type: 'entry.corrected', entry: number, occurredAt: at(seconds).toISOString(), was: at(0).toISOString() },
})
const moved = (to: string): EntryBody => ({ ...examples['incident.status_changed'], to })

describe('the course of an incident', () => {
  it('is what its row says', () => {
    const row = resolved({ impactStartedAt: at(-60), acknowledgedAt: at(60), mitigatedAt: at(900) })
    expect(courseOf(row, [])).toEqual({
      ...{ impactStarted: at(-60), detected: null, declared: at(0), acknowledged: at(60), mitigated: at(900) },
      ...{ resolved: at(2525), closed: null },
    })
  })

  it('is what the entry says that was corrected', () => {
    const row = resolved({ acknowledgedAt: at(60), mitigatedAt: at(900), closedAt: at(4000) })
    const told = milestones(
      ...[examples['incident.opened'], examples['incident.acknowledged'], moved('mitigated'), moved('resolved')],
      ...[
        moved('closed'),
        corrected(1, -30),
        corrected(2, 45),
        corrected(3, 800),
        corrected(4, 2000),
        corrected(5, 3000),
      ],
    )
    expect(courseOf(row, told)).toEqual({
      ...{ impactStarted: null, detected: null, declared: at(-30), acknowledged: at(45), mitigated: at(800) },
      ...{ resolved: at(2000), closed: at(3000) },
    })
  })

  it('is what was said last of the mitigation: the incident’s own correction, or the entry’s', () => {
    const row = resolved({ mitigatedAt: at(700) })
    const restated: EntryBody = { ...examples['incident.corrected'], field: 'mitigated_at', to: at(700).toISOString() }
    expect(courseOf(row, milestones(moved('mitigated'), corrected(1, 800), restated)).mitigated).toEqual(at(700))
    expect(courseOf(row, milestones(restated, moved('mitigated'), corrected(2, 800))).mitigated).toEqual(at(800))
  })

  it('is mitigated since the first time, and no later than it was resolved', () => {
    const row = resolved({ mitigatedAt: at(60) })
    const again = milestones(moved('mitigated'), moved('investigating'), moved('mitigated'), corrected(3, 900))
    expect(courseOf(row, again).mitigated).toEqual(at(60))
    expect(courseOf(row, milestones(moved('resolved'), corrected(1, 45))).mitigated).toEqual(at(45))
  })

  it('knows nothing that the row doesn’t: a reopened incident is not resolved', () => {
    const told = milestones(moved('resolved'), corrected(1, 10))
    expect(courseOf(incident(), told).resolved).toBeNull()
  })
})

describe('the durations', () => {
  const intervals = (...row: Parameters<typeof resolved>) => intervalsOf(courseOf(resolved(...row), []))

  it('are told only where both of their times are known', () => {
    expect(intervalsOf(courseOf(incident(), []))).toEqual([])
    expect(intervals()).toEqual([
      { name: 'TTR', span: 'declared → resolved', from: at(0), to: at(2525), ms: 2_525_000 },
    ])
  })

  it('count from the impact, when it is known', () => {
    const known = { impactStartedAt: at(-300), detectedAt: at(-60), acknowledgedAt: at(30), mitigatedAt: at(900) }
    expect(intervals(known).map(({ name, span, ms }) => [name, span, ms])).toEqual([
      ['TTD', 'impact → detected', 240_000],
      ['TTA', 'declared → acknowledged', 30_000],
      ['TTM', 'impact → mitigated', 1_200_000],
      ['TTR', 'impact → resolved', 2_825_000],
    ])
  })
})

describe('who held which role', () => {
  const opened = examples['incident.opened']
  const assigned = (role: string, person: string | null): EntryBody => ({
    ...{ type: 'incident.assigned', role, person, was: null },
  })
  const accepted = (to: string): EntryBody => ({ ...examples['handoff.settled'], to })

  it('begins with whom the incident was opened with, and goes on by assignments and accepted handovers', () => {
    expect(tenuresOf(milestones(opened, accepted(BOB), assigned(COMMANDER, CAROL)))).toEqual([
      { role: COMMANDER, person: ALICE, from: at(60), to: at(120) },
      { role: COMMANDER, person: BOB, from: at(120), to: at(180) },
      { role: COMMANDER, person: CAROL, from: at(180), to: null },
    ])
  })

  it('is nobody when a role was taken away, and nothing new when somebody has it already', () => {
    const told = milestones(assigned('scribe', BOB), assigned('scribe', BOB), assigned('scribe', null))
    expect(tenuresOf(told)).toEqual([{ role: 'scribe', person: BOB, from: at(60), to: at(180) }])
  })

  it('is nobody new when a handover was declined', () => {
    expect(tenuresOf(milestones(opened, { ...examples['handoff.settled'], as: 'declined' }))).toHaveLength(1)
  })
})

describe('a time', () => {
  const lisbon = createClock('Europe/Lisbon')

  it('is told in UTC and in the zone of whoever asked, with what differs', () => {
    expect(lisbon.stamp(new Date('2026-07-01T22:30:00Z'))).toBe('2026-07-01 22:30:00 UTC (23:30:00 +01:00)')
    expect(lisbon.stamp(new Date('2026-07-01T23:30:00Z'))).toBe('2026-07-01 23:30:00 UTC (2026-07-02 00:30:00 +01:00)')
    expect(createClock('UTC').stamp(new Date('2026-07-01T22:30:00Z'))).toBe('2026-07-01 22:30:00 UTC')
  })

  it('has the offset of its own moment, to the second at which clocks change', () => {
    expect(lisbon.local(new Date('2026-10-25T00:59:59Z'))).toBe('2026-10-25 01:59:59 +01:00')
    expect(lisbon.local(new Date('2026-10-25T01:00:00Z'))).toBe('2026-10-25 01:00:00 +00:00')
    const half = createClock('Australia/Lord_Howe') // its clocks change by half an hour
    expect(half.local(new Date('2026-10-03T15:29:59Z'))).toBe('2026-10-04 01:59:59 +10:30')
    expect(half.local(new Date('2026-10-03T15:30:00Z'))).toBe('2026-10-04 02:30:00 +11:00')
  })

  it('has one offset in a span, unless the clocks changed within it', () => {
    const span = (from: string, to: string) => lisbon.span(new Date(from), new Date(to))
    expect(span('2026-07-01T10:00:00Z', '2026-07-01T10:42:00Z')).toBe(
      '2026-07-01 10:00:00 to 10:42:00 UTC (11:00:00 to 11:42:00 +01:00)',
    )
    expect(span('2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z')).toBe(
      '2026-10-25 00:30:00 to 01:30:00 UTC (01:30:00 +01:00 to 01:30:00 +00:00)',
    )
    expect(span('2026-07-01T22:30:00Z', '2026-07-02T00:30:00Z')).toBe(
      '2026-07-01 22:30:00 to 2026-07-02 00:30:00 UTC (23:30:00 to 2026-07-02 01:30:00 +01:00)',
    )
  })
})
