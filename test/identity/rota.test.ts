import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { nextChange, onCall, type Rota } from '../../src/identity/rota.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const ZONES = ['Europe/Lisbon', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'UTC']

const rota = (over: Partial<Rota> = {}): Rota => ({
  zone: 'Europe/Lisbon',
  people: ['U0ANA', 'U0BEN', 'U0CLEO'],
  starts: '2026-01-05 09:00',
  everyMs: 7 * DAY,
  overrides: [],
  ...over,
})

const on = (r: Rota, at: string) => onCall(r, new Date(at))[0]

/** What a clock there shows: `2026-03-30 09:00`. Intl's word, not the rota's own reckoning. */
const clock = (zone: string, at: Date): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' }).format(at)

/** The next handovers after a time: when, and to whom. */
function handovers(r: Rota, from: string, count: number) {
  const found: { at: Date; person: string }[] = []
  for (let at = new Date(from); found.length < count; at = (found.at(-1) as { at: Date }).at) {
    const next = nextChange(r, at)
    if (!next) break
    found.push(next)
  }
  return found
}

describe('turns', () => {
  it('follow the list, each as long as the others, and begin again', () => {
    expect(on(rota(), '2026-01-05T09:00Z')).toBe('U0ANA')
    expect(on(rota(), '2026-01-12T08:59:59.999Z')).toBe('U0ANA')
    expect(on(rota(), '2026-01-12T09:00Z')).toBe('U0BEN')
    expect(on(rota(), '2026-01-19T09:00Z')).toBe('U0CLEO')
    expect(on(rota(), '2026-01-26T09:00Z')).toBe('U0ANA')
  })

  it('tell who is next in turn after whoever is on call, everybody once', () => {
    expect(onCall(rota(), new Date('2026-01-13T00:00Z'))).toEqual(['U0BEN', 'U0CLEO', 'U0ANA'])
    expect(onCall(rota({ people: ['U0ANA', 'U0BEN', 'U0ANA'] }), new Date('2026-01-13T00:00Z'))).toEqual([
      'U0BEN',
      'U0ANA',
    ])
  })

  it('are the first one’s before the start', () => {
    expect(on(rota(), '2020-06-01T00:00Z')).toBe('U0ANA')
    expect(nextChange(rota(), new Date('2020-06-01T00:00Z'))).toEqual({
      at: new Date('2026-01-12T09:00Z'),
      person: 'U0BEN',
    })
  })

  it('never change hands in a rota of one', () => {
    const alone = rota({ people: ['U0ANA'] })
    expect(onCall(alone, new Date('2026-08-01T00:00Z'))).toEqual(['U0ANA'])
    expect(nextChange(alone, new Date('2026-08-01T00:00Z'))).toBeNull()
    expect(nextChange(rota({ people: ['U0ANA', 'U0ANA'] }), new Date('2026-08-01T00:00Z'))).toBeNull()
  })

  it('of some hours last so many hours, clock change or not', () => {
    const shifts = handovers(rota({ everyMs: 12 * HOUR }), '2026-03-28T10:00Z', 4)
    expect(shifts.map(({ at }) => at.toISOString())).toEqual([
      '2026-03-28T21:00:00.000Z',
      '2026-03-29T09:00:00.000Z',
      '2026-03-29T21:00:00.000Z',
      '2026-03-30T09:00:00.000Z',
    ])
  })
})

describe('clock changes', () => {
  it.each([
    ['Europe/Lisbon, forward', 'Europe/Lisbon', '2026-03-27T12:00Z', ['2026-03-28T09:00Z', '2026-03-29T08:00Z']],
    ['Europe/Lisbon, back', 'Europe/Lisbon', '2026-10-23T12:00Z', ['2026-10-24T08:00Z', '2026-10-25T09:00Z']],
    ['America/New_York, forward', 'America/New_York', '2026-03-06T20:00Z', ['2026-03-07T14:00Z', '2026-03-08T13:00Z']],
    ['America/New_York, back', 'America/New_York', '2026-10-30T20:00Z', ['2026-10-31T13:00Z', '2026-11-01T14:00Z']],
    [
      'Lord Howe, half an hour back',
      'Australia/Lord_Howe',
      '2026-04-03T12:00Z',
      ['2026-04-03T22:00Z', '2026-04-04T22:30Z'],
    ],
    ['Lord Howe, forward', 'Australia/Lord_Howe', '2026-10-02T12:00Z', ['2026-10-02T22:30Z', '2026-10-03T22:00Z']],
  ])('leave the handover at 09:00 there: %s', (_, zone, from, expected) => {
    const daily = rota({ zone, everyMs: DAY })
    const found = handovers(daily, from, 2)
    expect(found.map(({ at }) => at.getTime())).toEqual(expected.map((at) => Date.parse(at)))
    for (const { at } of found) expect(clock(zone, at)).toMatch(/ 09:00$/)
  })

  it('hand over once in the hour that comes twice, the first time', () => {
    const daily = rota({ starts: '2026-10-20 01:30', everyMs: DAY })
    // 01:30 comes at 00:30Z and again at 01:30Z.
    expect(handovers(daily, '2026-10-24T12:00Z', 2).map(({ at }) => at.toISOString())).toEqual([
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ])
    const after = on(daily, '2026-10-25T00:30Z')
    expect(on(daily, '2026-10-25T01:10Z'), 'clocks show 01:10 again').toBe(after)
  })

  it('hand over in the hour that never comes as late as if clocks had not been set forward', () => {
    const daily = rota({ starts: '2026-03-20 01:30', everyMs: DAY })
    expect(handovers(daily, '2026-03-28T12:00Z', 2).map(({ at }) => at.toISOString())).toEqual([
      '2026-03-29T01:30:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ])
  })

  it('mean the same on machines of every zone', () => {
    const daily = rota({ starts: '2026-10-20 01:30', everyMs: DAY })
    const seen = ['UTC', 'Asia/Kolkata', 'America/Los_Angeles', 'Europe/Lisbon'].map((zone) => {
      vi.stubEnv('TZ', zone)
      return [new Date(0).getHours(), nextChange(daily, new Date('2026-10-24T12:00Z'))?.at.toISOString()]
    })
    vi.unstubAllEnvs()
    expect(new Set(seen.map(([hours]) => hours)).size, 'the machine really is elsewhere').toBeGreaterThan(1)
    expect(new Set(seen.map(([, at]) => at)).size).toBe(1)
  })
})

describe('overrides', () => {
  const over = (person: string, from: string, until: string) => ({ person, from, until })

  it('put somebody else on call, until a time that is no longer theirs; whoever’s turn it is comes next', () => {
    const r = rota({ overrides: [over('U0DAN', '2026-01-06 12:00', '2026-01-07T12:00')] })
    expect(on(r, '2026-01-06T11:59:59Z')).toBe('U0ANA')
    expect(onCall(r, new Date('2026-01-06T12:00Z'))).toEqual(['U0DAN', 'U0ANA', 'U0BEN', 'U0CLEO'])
    expect(on(r, '2026-01-07T12:00Z')).toBe('U0ANA')
    expect(handovers(r, '2026-01-05T09:00Z', 3)).toEqual([
      { at: new Date('2026-01-06T12:00Z'), person: 'U0DAN' },
      { at: new Date('2026-01-07T12:00Z'), person: 'U0ANA' },
      { at: new Date('2026-01-12T09:00Z'), person: 'U0BEN' },
    ])
  })

  it('of which several stand: the one that is listed later wins, and the others come next', () => {
    const r = rota({
      overrides: [
        over('U0DAN', '2026-01-06 12:00', '2026-01-08 12:00'),
        over('U0EVE', '2026-01-07 12:00', '2026-01-09 12:00'),
      ],
    })
    expect(onCall(r, new Date('2026-01-07T13:00Z')).slice(0, 3)).toEqual(['U0EVE', 'U0DAN', 'U0ANA'])
    expect(on(r, '2026-01-08T13:00Z')).toBe('U0EVE')
    const other = { ...r, overrides: r.overrides.toReversed() }
    expect(on(other, '2026-01-07T13:00Z')).toBe('U0DAN')
    expect(on(other, '2026-01-08T13:00Z')).toBe('U0EVE')
  })

  it('that last longer than turns end where whoever’s turn it is then takes over', () => {
    const r = rota({ overrides: [over('U0DAN', '2026-01-01 00:00', '2026-01-21 00:00')] })
    expect(nextChange(r, new Date('2026-01-10T00:00Z'))).toEqual({
      at: new Date('2026-01-21T00:00Z'),
      person: 'U0CLEO',
    })
  })

  it('are times of the schedule’s own zone', () => {
    const r = rota({ zone: 'America/New_York', overrides: [over('U0DAN', '2026-07-01 09:00', '2026-07-01 17:00')] })
    expect(on(r, '2026-07-01T12:59Z')).not.toBe('U0DAN')
    expect(on(r, '2026-07-01T13:00Z')).toBe('U0DAN')
  })

  it('work before the start too', () => {
    const r = rota({ overrides: [over('U0DAN', '2025-12-24 00:00', '2025-12-25 00:00')] })
    expect(on(r, '2025-12-24T10:00Z')).toBe('U0DAN')
    expect(on(r, '2025-12-25T10:00Z')).toBe('U0ANA')
  })
})

describe('whatever the rota', () => {
  const local = fc
    .date({ min: new Date('2025-06-01T00:00Z'), max: new Date('2027-06-01T00:00Z'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 16).replace('T', ' '))
  const person = fc.constantFrom('U0ANA', 'U0BEN', 'U0CLEO', 'U0DAN')
  const override = fc
    .tuple(person, local, local)
    .filter(([, a, b]) => a !== b)
    .map(([person, a, b]) => (a < b ? { person, from: a, until: b } : { person, from: b, until: a }))
  const rotas: fc.Arbitrary<Rota> = fc.record({
    zone: fc.constantFrom(...ZONES),
    people: fc.array(person, { minLength: 1, maxLength: 4 }),
    starts: local,
    everyMs: fc.constantFrom(HOUR, 12 * HOUR, DAY, 36 * HOUR, 7 * DAY, 14 * DAY),
    overrides: fc.array(override, { maxLength: 3 }),
  })
  const times = fc.date({ min: new Date('2025-01-01T00:00Z'), max: new Date('2028-01-01T00:00Z'), noInvalidDate: true })

  it('somebody is on call, and everybody is in the order once', () => {
    fc.assert(
      fc.property(rotas, times, (r, at) => {
        const order = onCall(r, at)
        expect(new Set(order).size).toBe(order.length)
        expect(order).toEqual(expect.arrayContaining([...new Set(r.people)]))
        expect(order.every((one) => r.people.includes(one) || r.overrides.some((o) => o.person === one))).toBe(true)
      }),
    )
  })

  it('the next change is when somebody else is on call, and nobody else is before it', () => {
    fc.assert(
      fc.property(rotas, times, fc.double({ min: 0, max: 1, noNaN: true }), (r, at, share) => {
        const [now] = onCall(r, at)
        const next = nextChange(r, at)
        const end = next?.at ?? new Date(at.getTime() + 400 * DAY)
        expect(end > at).toBe(true)
        const between = new Date(at.getTime() + Math.floor((end.getTime() - 1 - at.getTime()) * share))
        expect(onCall(r, between)[0]).toBe(now)
        if (!next) return
        expect(next.person).not.toBe(now)
        expect(onCall(r, next.at)[0]).toBe(next.person)
        expect(onCall(r, new Date(next.at.getTime() - 1))[0]).toBe(now)
      }),
    )
  })

  it('whole days hand over when clocks there show the start’s time of day, unless they never do', () => {
    const daily: fc.Arbitrary<Rota> = fc.record({
      zone: fc.constantFrom(...ZONES),
      people: fc.constant(['U0ANA', 'U0BEN'] as string[]),
      starts: local,
      everyMs: fc.integer({ min: 1, max: 10 }).map((days) => days * DAY),
      overrides: fc.constant([] as Rota['overrides']),
    })
    fc.assert(
      fc.property(daily, times, (r, at) => {
        const next = nextChange(r, at) as { at: Date }
        const shown = clock(r.zone, next.at).slice(11)
        const wanted = r.starts.slice(11)
        const before = clock(r.zone, new Date(next.at.getTime() - 2 * HOUR))
        const after = clock(r.zone, new Date(next.at.getTime()))
        const minutes = (text: string) => Number(text.slice(11, 13)) * 60 + Number(text.slice(14))
        const jumped = (minutes(after) - minutes(before) + 24 * 60) % (24 * 60) !== 120
        expect(shown === wanted || jumped).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})
