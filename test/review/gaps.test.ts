import { describe, expect, it } from 'vitest'
import type { Severity } from '../../src/incidents/incident.ts'
import { courseOf } from '../../src/review/course.ts'
import { createFold } from '../../src/review/fold/fold.ts'
import { gapsOf } from '../../src/review/gaps.ts'
import type { EntryBody } from '../../src/timeline/entries.ts'
import { at, entry, HASH, incident, nameOf, resolved } from '../support/examples.ts'
import { examples } from '../timeline/evening.ts'

const MIN = 60
const minutes = (n: number): number => n * 60_000
const SEVERITIES: Severity[] = [
  { name: 'P0', aliases: ['SEV-1'], description: '', acknowledgeWithinMs: null, updateEveryMs: minutes(15) },
  { name: 'P1', aliases: [], description: '', acknowledgeWithinMs: minutes(5), updateEveryMs: minutes(30) },
  { name: 'P3', aliases: [], description: '', acknowledgeWithinMs: null, updateEveryMs: null },
]

type At = [minute: number, body: EntryBody]
/** Known in every respect, so that only what is told here leaves gaps. */
const KNOWN = { impactStartedAt: at(-60), cause: 'slow', fix: 'scaled' }

/** The gaps of an incident with these entries, in words; asked for after `until` minutes. */
function gaps(told: At[], { row = incident(KNOWN), until = 0, reviewItems = [] as never[] } = {}) {
  const fold = createFold()
  for (const [i, [minute, body]] of told.entries())
    fold.add(i + 1, entry(i + 1, body, { occurredAt: at(minute * MIN) }))
  const folded = fold.end()
  const course = courseOf(row, folded.milestones)
  const input = { incident: row, course, folded, severities: SEVERITIES, reviewItems, name: nameOf }
  return gapsOf({ ...input, until: at(until * MIN) })
}
const words = (...args: Parameters<typeof gaps>) => gaps(...args).map(({ text }) => text)

const opened = (severity = 'P1'): At => [0, { ...examples['incident.opened'], severity }]
const updated = (minute: number, next: number | null): At => [
  minute,
  { ...examples['incident.updated'], next: next === null ? null : at(next * MIN).toISOString() },
]
const severity = (minute: number, to: string): At => [minute, { ...examples['incident.severity_changed'], to }]
const status = (minute: number, to: string): At => [minute, { ...examples['incident.status_changed'], to }]

describe('that no update came', () => {
  it('counts from the declaration by the severity’s interval, then by what each update promised', () => {
    expect(gaps([opened(), updated(42, 50), updated(61, null)])).toEqual([
      { kind: 'no_update', text: 'no update for 42 min; 30 were promised', from: at(0), to: at(42 * MIN) },
      { kind: 'no_update', text: 'no update for 19 min; 8 were promised', from: at(42 * MIN), to: at(61 * MIN) },
    ])
  })

  it('is none when it came in time, or up to a minute after', () => {
    expect(words([opened(), updated(30, 40), [40.9, updated(0, null)[1]]])).toEqual([])
    expect(words([opened(), updated(30, 40), [41, updated(0, null)[1]]])).toEqual([
      'no update for 11 min; 10 were promised',
    ])
  })

  it('is told in hours when it took hours', () => {
    expect(words([opened(), updated(0, 120), updated(185, null)])).toEqual([
      'no update for 3 h 5 min; 2 h were promised',
    ])
  })

  it('is none where nobody promised one', () => {
    expect(words([opened('P3')], { until: 400 })).toEqual([])
    expect(words([opened('a level that the file no longer has')], { until: 400 })).toEqual([])
    expect(words([opened(), updated(10, null)], { until: 400 })).toEqual([])
  })

  it('lasts until the export was asked for, while the incident is open', () => {
    expect(gaps([opened()], { until: 45 })).toEqual([
      { kind: 'no_update', text: 'no update for 45 min; 30 were promised', from: at(0), to: null },
    ])
  })

  it('ends with the resolution, and begins anew with a reopening', () => {
    expect(words([opened(), status(35, 'resolved')], { until: 400 })).toEqual([
      'no update for 35 min; 30 were promised',
    ])
    const reopened = [opened(), status(20, 'resolved'), status(100, 'investigating')]
    expect(words(reopened, { until: 120 })).toEqual([])
    expect(gaps(reopened, { until: 140 })[0]).toMatchObject({ from: at(100 * MIN), to: null })
  })

  it('goes by the severity since it changed, by whichever of its names', () => {
    expect(words([opened('P3'), severity(100, 'SEV-1')], { until: 120 })).toEqual([
      'no update for 20 min; 15 were promised',
    ])
    expect(words([opened(), severity(10, 'P3')], { until: 120 })).toEqual([])
    expect(words([opened('P3'), severity(10, 'P1'), severity(50, 'P3')], { until: 120 })).toEqual([
      'no update for 40 min; 30 were promised',
    ])
  })

  it('goes by the times as they were corrected', () => {
    const late: At = [50, { type: 'entry.corrected', entry: 2, occurredAt: at(25 * MIN).toISOString(), was: '' }]
    expect(words([opened(), updated(42, null), late])).toEqual([])
  })

  it('counts an update whose words were erased, and what its severity promises after it', () => {
    const erased: At = [20, { type: 'erased', was: 'incident.updated' }]
    expect(words([opened(), erased], { until: 45 })).toEqual([])
    expect(words([opened(), erased], { until: 60 })).toEqual(['no update for 40 min; 30 were promised'])
  })
})

describe('that nobody acknowledged it in time', () => {
  const breach: At = [6, { type: 'incident.response_breached', by: at(5 * MIN).toISOString() }]

  it('is told with how long it took, or has taken', () => {
    const row = incident({ ...KNOWN, acknowledgedAt: at(9 * MIN) })
    expect(gaps([opened('P3'), breach], { row })).toEqual([
      { kind: 'not_acknowledged', text: 'not acknowledged for 9 min; 5 were promised', from: at(0), to: at(9 * MIN) },
    ])
    expect(words([opened('P3'), breach], { until: 20 })).toEqual(['not acknowledged for 20 min; 5 were promised'])
  })

  it('is no gap when it turned out that somebody had', () => {
    const acknowledged: At = [9, examples['incident.acknowledged']]
    const earlier: At = [30, { type: 'entry.corrected', entry: 3, occurredAt: at(4 * MIN).toISOString(), was: '' }]
    const row = incident({ ...KNOWN, acknowledgedAt: at(9 * MIN) })
    expect(words([opened('P3'), breach, acknowledged, earlier], { row })).toEqual([])
  })
})

describe('that a change’s end is not known', () => {
  const planned: At = [1, examples['change.planned']]
  const move = (from: string, to: string): At => [
    2,
    { type: 'change.moved', from, to, plan: 1, hash: HASH, detail: null },
  ]

  it('is told of what is unknown or inconclusive now', () => {
    const [unknown, inconclusive] = [move('intended', 'unknown'), move('applied', 'inconclusive')]
    expect(words([opened('P3'), planned, unknown])).toEqual([
      'nobody knows whether OP-12 (scale checkout 5) was applied',
    ])
    expect(words([opened('P3'), planned, inconclusive])).toEqual([
      'OP-12 (scale checkout 5) was applied, and nobody saw it take effect',
    ])
    expect(words([opened('P3'), planned, unknown, move('unknown', 'applied'), move('applied', 'succeeded')])).toEqual(
      [],
    )
  })
})

describe('of handovers', () => {
  it('one that nobody answered is told', () => {
    const offered: At = [5, { ...examples['handoff.offered'], handoff: 9 }]
    expect(words([opened('P3'), offered])).toEqual([
      'Bob was asked to take over as incident commander, and no answer is on record',
    ])
    const withdrawn: At = [6, { ...examples['handoff.settled'], handoff: 9, as: 'withdrawn' }]
    expect(words([opened('P3'), offered, withdrawn])).toEqual([])
  })

  it('none for longer than a shift is told', () => {
    expect(words([opened('P3')], { until: 8 * 60 })).toEqual([])
    expect(words([opened('P3')], { until: 9 * 60 })).toEqual([
      'Alice was incident commander for 9 h without a handover',
    ])
    const row = resolved({ ...KNOWN, resolvedAt: at(60 * MIN) })
    expect(words([opened('P3')], { row, until: 9 * 60 })).toEqual([])
  })
})

describe('what is not known of an incident', () => {
  const nothing = { impactStartedAt: null, cause: null, fix: null }

  it('is told when it is over, and not while people are at it', () => {
    expect(words([opened('P3')], { row: incident(nothing) })).toEqual([])
    expect(words([opened('P3')], { row: resolved(nothing) })).toEqual([
      'when the impact began is not known: what it took is counted from the declaration',
      'the cause is not known',
      'what fixed it is not known',
    ])
    expect(words([opened('P3')], { row: resolved(KNOWN) })).toEqual([])
  })

  it('is another one’s to know, when that is the same', () => {
    expect(words([opened('P3')], { row: resolved({ ...nothing, duplicateOf: 6 }) })).toEqual([])
  })

  it('is what nobody heard, too', () => {
    expect(gaps([opened('P3'), [7, examples['messages.missed']]])).toEqual([
      {
        kind: 'messages_missed',
        text: 'nobody listened: what was edited or deleted in Slack meanwhile is not known',
        ...{ from: at(100), to: at(400) },
      },
    ])
  })
})
