import { describe, expect, it } from 'vitest'
import { permalink } from '../../src/slack/projection/permalink.ts'
import { lostCard, rootCheck, touchesOf } from '../../src/slack/projection/subjects.ts'
import { createWork } from '../../src/slack/projection/work.ts'
import type { Entry, EntryBody } from '../../src/timeline/entries.ts'

const entry = (seq: number, body: Partial<EntryBody> & { type: string }, chain = 'INC-7', subject = chain): Entry => ({
  ...{ chain, seq, subject, actor: { id: 'T1/U0ALICE', name: 'alice' }, cause: null, hash: '' },
  ...{ occurredAt: new Date(0), recordedAt: new Date(0), body: body as EntryBody },
})

describe('what an entry touches', () => {
  const brief = (body: Partial<EntryBody> & { type: string }, chain?: string, subject?: string) =>
    touchesOf(entry(3, body, chain, subject)).map((touch) => `${touch.root} > ${touch.subject}/${touch.slot}`)

  it.each([
    [{ type: 'incident.opened' }, ['INC-7 > INC-7/card', 'INC-7 > INC-7#3/reply']],
    [
      { type: 'incident.status_changed', to: 'mitigated' },
      ['INC-7 > INC-7/card', 'ANNOUNCEMENT-7 > ANNOUNCEMENT-7/card', 'INC-7 > INC-7#3/reply'],
    ],
    [
      { type: 'incident.status_changed', to: 'mitigated', told: true },
      ['INC-7 > INC-7/card', 'ANNOUNCEMENT-7 > ANNOUNCEMENT-7/card'],
    ],
    [{ type: 'incident.assigned', person: 'T1/U0BOB' }, ['INC-7 > INC-7/card', 'INC-7#3 > INC-7#3/direct']],
    [{ type: 'incident.assigned', person: null }, ['INC-7 > INC-7/card']],
    [
      { type: 'incident.status_changed', to: 'resolved' },
      ['INC-7 > INC-7/card', 'ANNOUNCEMENT-7 > ANNOUNCEMENT-7/card', 'INC-7 > INC-7#3/reply'],
    ],
    [{ type: 'incident.exported' }, ['INC-7 > INC-7#3/file']],
    [{ type: 'operation.read' }, ['INC-7 > INC-7#3/reply', 'INC-7 > INC-7#3/file']],
    [{ type: 'operation.refused' }, []],
  ] as const)('%o', (body, touched) => {
    expect(brief(body as never)).toEqual(touched)
  })

  it.each([
    [{ type: 'change.planned' }, false],
    [{ type: 'change.voted' }, false],
    [{ type: 'change.progressed' }, false],
    [{ type: 'change.moved', to: 'succeeded' }, false],
    [{ type: 'change.moved', to: 'failed' }, true],
    [{ type: 'change.moved', to: 'unknown' }, true],
  ] as const)('%o: said aloud: %s', (body, aloud) => {
    // The incident's card says what runs and what waits.
    const too = ['change.planned', 'change.moved'].includes(body.type) ? ['INC-7 > INC-7/card'] : []
    const card = ['INC-7 > OP-12/card', ...(aloud ? ['INC-7 > INC-7#3/reply'] : []), ...too]
    expect(brief(body as never, 'INC-7', 'OP-12')).toEqual(card)
    const alone = ['OP-12 > OP-12/card', ...(aloud ? ['OP-12 > general#3/reply'] : [])]
    expect(brief(body as never, 'general', 'OP-12')).toEqual(alone)
  })
})

describe('the work of a chain', () => {
  const backoff = { firstMs: 1_000, mostMs: 4_000 }
  const planned = touchesOf(entry(4, { type: 'change.planned' }, 'INC-7', 'OP-12')).slice(0, 1)
  const looked = touchesOf(entry(3, { type: 'operation.read' }))

  it('takes a look at the root first, then roots, then what asks or has ended, then cards, then replies in order', () => {
    const work = createWork(backoff)
    const progressed = touchesOf(entry(2, { type: 'change.progressed' }, 'INC-7', 'OP-11'))
    const all = [...looked, ...progressed, ...planned, lostCard('INC-7', 'INC-7'), rootCheck('INC-7')]
    for (const touch of all) work.add(touch)
    const order: string[] = []
    for (let touch = work.next(); touch; touch = work.next()) {
      order.push(`${touch.subject}/${touch.slot}`)
      work.done(touch)
    }
    expect(order).toEqual([
      ...['INC-7/check', 'INC-7/card', 'OP-12/card', 'OP-11/card', 'INC-7#3/reply', 'INC-7#3/file'],
    ])
  })

  it('is shown as far as nothing older is left', () => {
    const work = createWork(backoff)
    for (const touch of [...looked, ...planned, lostCard('OP-9', 'INC-7')]) work.add(touch)
    expect(work.shownThrough(6)).toBe(2)
    for (const touch of looked) work.done(touch)
    expect(work.shownThrough(6)).toBe(3)
    for (const touch of planned) work.done(touch)
    expect(work.shownThrough(6)).toBe(6)
  })

  it('holds a thread back for longer each time, up to a limit, until it is mended', () => {
    let now = 0
    const work = createWork(backoff, () => now)
    for (const touch of planned) work.add(touch)
    const waits = [1, 2, 3, 4].map(() => {
      work.backOff('INC-7')
      expect(work.next()).toBeNull()
      const ms = work.msToNext()
      now += ms
      return ms
    })
    expect(waits).toEqual([1_000, 2_000, 4_000, 4_000])
    work.mended('INC-7')
    work.backOff('INC-7')
    expect(work.msToNext()).toBe(1_000)
  })
})

describe('a permalink', () => {
  it('names the message, and for a reply its thread', () => {
    const url = 'https://acme.slack.com/'
    const root = { channel: 'C1', ts: '1763712000.000100' }
    expect(permalink(url, root)).toBe('https://acme.slack.com/archives/C1/p1763712000000100')
    expect(permalink(url, { channel: 'C1', ts: '1763712001.000200', thread: root.ts })).toBe(
      'https://acme.slack.com/archives/C1/p1763712001000200?thread_ts=1763712000.000100&cid=C1',
    )
  })
})
