import { describe, expect, it } from 'vitest'
import type { ReviewItem } from '../../src/operations/reviews/store.ts'
import { incidentCard } from '../../templates/incident-card.ts'
import { incidentList, incidentStatus } from '../../templates/incident-list.ts'
import {
  duplicateReply,
  exportedReply,
  nextSteps,
  severityReply,
  statusReply,
  updateReply,
} from '../../templates/incident-replies.ts'
import { ALICE, approval, at, BOB, CAROL, change, incident, P1, resolved } from '../support/examples.ts'
import { expectPostable, HOSTILE, sketch } from './sketch.ts'

const quietly = { live: [], duplicates: [] }
const resolvedOf = (over: ReturnType<typeof incident>) =>
  statusReply(over, { from: 'mitigated', to: 'resolved' }, ALICE)
const ended = resolved({ cause: 'payment provider slow', fix: 'scaled checkout to 5' })

describe('the incident card', () => {
  it('reads as in its golden file, through the incident’s life', async () => {
    const cards = [
      sketch('opened', incidentCard(incident(), P1, quietly)),
      sketch(
        'without a service, of a severity that is no more',
        incidentCard(incident({ service: null }), undefined, quietly),
      ),
      sketch('mitigated', incidentCard(incident({ status: 'mitigated', mitigatedAt: at(900) }), P1, quietly)),
      sketch('resolved, cause and fix unknown yet', incidentCard(resolved(), P1, quietly)),
      sketch('resolved', incidentCard(ended, P1, quietly)),
      sketch('cancelled', incidentCard(incident({ status: 'cancelled' }), P1, quietly)),
      sketch('a duplicate', incidentCard(incident({ status: 'cancelled', duplicateOf: 6 }), P1, quietly)),
      sketch('promised', incidentCard(incident({ acknowledgeBy: at(1800), updateDue: at(3600) }), P1, quietly)),
      sketch(
        'nobody on it in time',
        incidentCard(incident({ acknowledgeBy: at(1800), breachedAt: at(1801), updateDue: at(3600) }), P1, quietly),
      ),
      sketch(
        'acknowledged in time, in the thick of it',
        incidentCard(
          incident({
            ...{ acknowledgedAt: at(240), acknowledgeBy: at(1800), updateDue: at(4500), updatedAt: at(900) },
            ...{ deputy: BOB, communicationsLead: CAROL, scribe: ALICE },
          }),
          P1,
          {
            live: [
              change('applied'),
              change('planned', { id: 13, line: 'restart checkout' }),
              change('unknown', { id: 11 }),
            ],
            duplicates: ['INC-8', 'INC-9'],
          },
        ),
      ),
      sketch(
        'acknowledged too late',
        incidentCard(
          incident({ acknowledgedAt: at(2160), acknowledgeBy: at(1800), breachedAt: at(1801) }),
          P1,
          quietly,
        ),
      ),
      sketch('closed', incidentCard({ ...ended, status: 'closed', acknowledgedAt: at(240) }, P1, quietly)),
      sketch('with a hostile title', incidentCard(incident({ title: HOSTILE }), P1, quietly)),
    ]
    await expect(cards.join('\n')).toMatchFileSnapshot('golden/incident-card.txt')
  })

  it('is on the wire as in its golden file', async () => {
    await expect(`${JSON.stringify(incidentCard(incident(), P1, quietly), null, 2)}\n`).toMatchFileSnapshot(
      'golden/incident-card.json.txt',
    )
  })

  it.each([
    ['10,000 characters', 'ab & '.repeat(2_000)],
    ['10,000 of the widest characters', '<'.repeat(10_000)],
    ['a hostile title', HOSTILE],
  ])('is within Slack’s limits with %s everywhere', (_, text) => {
    const everywhere = { title: text, service: text.slice(0, 300), severity: text, cause: text, fix: text }
    expectPostable(incidentCard(incident(everywhere), { ...P1, description: text }, quietly))
    expectPostable(incidentCard(resolved(everywhere), { ...P1, description: text }, quietly))
    expectPostable(nextSteps(incident(everywhere), []))
    expectPostable(resolvedOf(resolved(everywhere)))
  })

  it('shows a title whole that the header had to cut', () => {
    const title = `${'long '.repeat(40)}end`
    expect(JSON.stringify(incidentCard(incident({ title }), P1, quietly).blocks)).toContain('long end"')
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
      sketch('resolved', resolvedOf(ended)),
      sketch('resolved, cause and fix unknown yet', resolvedOf(resolved())),
      sketch('mitigated', statusReply(incident(), { from: 'investigating', to: 'mitigated' }, BOB)),
      sketch('reopened', statusReply(incident(), { from: 'resolved', to: 'investigating', reason: HOSTILE }, BOB)),
      sketch('closed', statusReply(ended, { from: 'resolved', to: 'closed' }, BOB)),
      sketch(
        'an update',
        updateReply({ text: '*INC-7 · P1 · identified*: Checkout\nthe provider is slow', status: 'identified' }, BOB),
      ),
      sketch('a severity', severityReply(incident(), { from: 'P2', to: 'P1', reason: null }, BOB)),
      sketch('a severity, and why', severityReply(incident(), { from: 'P2', to: 'P1', reason: 'nobody can pay' }, BOB)),
      sketch('a duplicate', duplicateReply({ of: 'INC-6' }, BOB)),
      sketch('a duplicate, in the other thread', duplicateReply({ duplicate: 'INC-7' }, BOB)),
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

const nothing = { severity: undefined, changes: [], items: [], tasks: [], links: [] }

describe('the incident list and status', () => {
  it('read as in their golden file', async () => {
    const texts = [
      incidentList([], []),
      incidentList([incident({ id: 8, title: HOSTILE }), incident()], [ended]),
      incidentList([], [ended, incident({ id: 5, status: 'cancelled' })]),
      incidentStatus(incident({ service: null }), nothing),
      incidentStatus(ended, {
        severity: P1,
        changes: [change('succeeded', { votes: [approval], detail: '5/5 ready' }), change('planned', { id: 13 })],
        items: [{ ...item, id: 1, settledAt: at(3_000) }, item],
        tasks: [{ text: 'raise the pool’s limit', owner: BOB }],
        links: [
          { url: 'https://grafana.example.com/d/1', title: 'Latency' },
          { url: 'https://meet.example.com/x', title: null },
        ],
      }),
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
