import { describe, expect, it } from 'vitest'
import type { ReviewItem } from '../../src/operations/reviews/store.ts'
import { incidentCard } from '../../templates/incident-card.ts'
import { incidentList, incidentStatus } from '../../templates/incident-list.ts'
import { exportedReply, nextSteps, resolvedReply } from '../../templates/incident-replies.ts'
import { ALICE, approval, at, change, incident, P1, resolved } from '../support/examples.ts'
import { expectPostable, HOSTILE, sketch } from './sketch.ts'

const ended = resolved({ cause: 'payment provider slow', fix: 'scaled checkout to 5' })

describe('the incident card', () => {
  it('reads as in its golden file, through the incident’s life', async () => {
    const cards = [
      sketch('opened', incidentCard(incident(), P1)),
      sketch('without a service, of a severity that is no more', incidentCard(incident({ service: null }), undefined)),
      sketch('mitigated', incidentCard(incident({ status: 'mitigated', mitigatedAt: at(900) }), P1)),
      sketch('resolved, cause and fix unknown yet', incidentCard(resolved(), P1)),
      sketch('resolved', incidentCard(ended, P1)),
      sketch('cancelled', incidentCard(incident({ status: 'cancelled' }), P1)),
      sketch('with a hostile title', incidentCard(incident({ title: HOSTILE }), P1)),
    ]
    await expect(cards.join('\n')).toMatchFileSnapshot('golden/incident-card.txt')
  })

  it('is on the wire as in its golden file', async () => {
    await expect(`${JSON.stringify(incidentCard(incident(), P1), null, 2)}\n`).toMatchFileSnapshot(
      'golden/incident-card.json.txt',
    )
  })

  it.each([
    ['10,000 characters', 'ab & '.repeat(2_000)],
    ['10,000 of the widest characters', '<'.repeat(10_000)],
    ['a hostile title', HOSTILE],
  ])('is within Slack’s limits with %s everywhere', (_, text) => {
    const everywhere = { title: text, service: text.slice(0, 300), severity: text, cause: text, fix: text }
    expectPostable(incidentCard(incident(everywhere), { ...P1, description: text }))
    expectPostable(incidentCard(resolved(everywhere), { ...P1, description: text }))
    expectPostable(nextSteps(incident(everywhere), []))
    expectPostable(resolvedReply(resolved(everywhere)))
  })

  it('shows a title whole that the header had to cut', () => {
    const title = `${'long '.repeat(40)}end`
    expect(JSON.stringify(incidentCard(incident({ title }), P1).blocks)).toContain('long end"')
  })
})

describe('the replies in an incident’s thread', () => {
  it('read as in their golden file', async () => {
    const replies = [
      sketch('next steps', nextSteps(incident(), ['payment', 'checkout'])),
      sketch('next steps, no service named', nextSteps(incident({ service: null }), ['payment', 'checkout'])),
      sketch(
        'next steps, commands of other names',
        nextSteps(incident(), ['checkout'], { incident: '/fb-incident', ops: '/fb-ops' }),
      ),
      sketch('resolved', resolvedReply(ended)),
      sketch('resolved, cause and fix unknown yet', resolvedReply(resolved())),
      sketch('exported', exportedReply(ended, { format: 'md', through: 31, zone: 'Europe/Lisbon' }, ALICE)),
      sketch('exported as JSON', exportedReply(ended, { format: 'json', through: 31, zone: 'Europe/Lisbon' }, ALICE)),
    ]
    await expect(replies.join('\n')).toMatchFileSnapshot('golden/incident-replies.txt')
  })
})

const item: ReviewItem = {
  ...{ id: 2, incident: 7, change: 12, kind: 'break-glass', raisedBy: ALICE, raisedAt: at(300), settledAt: null },
  text: 'OP-12 (scale checkout 5) ran on the word of Alice alone: nobody answers',
}

describe('the incident list and status', () => {
  it('read as in their golden file', async () => {
    const texts = [
      incidentList([], []),
      incidentList([incident({ id: 8, title: HOSTILE }), incident()], [ended]),
      incidentList([], [ended, incident({ id: 5, status: 'cancelled' })]),
      incidentStatus(incident({ service: null }), [], []),
      incidentStatus(
        ended,
        [change('succeeded', { votes: [approval], detail: '5/5 ready' }), change('planned', { id: 13 })],
        [{ ...item, id: 1, settledAt: at(3_000) }, item],
      ),
    ]
    await expect(`${texts.join('\n\n------\n\n')}\n`).toMatchFileSnapshot('golden/incident-list.txt')
  })

  it('say that more follow when there are too many to show', () => {
    const many = Array.from({ length: 200 }, (_, i) => incident({ id: i + 1, title: '<'.repeat(200) }))
    const text = incidentList(many, many)
    expect(text.length).toBeLessThanOrEqual(4_000)
    expect(text).toMatch(/^\*Open \(200\)\*\n[\s\S]*\n…$/)
  })
})
