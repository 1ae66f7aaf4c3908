import { describe, expect, it } from 'vitest'
import type { Handoff } from '../../src/incidents/handoff.ts'
import type { Reminder } from '../../src/incidents/reminder.ts'
import { ROLES } from '../../src/incidents/roles.ts'
import { handoffCard } from '../../templates/handoff-card.ts'
import { notInside } from '../../templates/not-inside.ts'
import { reminderCard } from '../../templates/reminder-card.ts'
import { roleDirect } from '../../templates/role-direct.ts'
import { ALICE, at, BOB, change, incident } from '../support/examples.ts'
import { expectPostable, HOSTILE, sketch } from './sketch.ts'

const link = 'https://acme.slack.com/archives/C0INCIDENTS/p1795291200000100'
const handoff = (changed: Partial<Handoff> = {}): Handoff => ({
  ...{ id: 3, incident: 7, role: 'incident commander', from: ALICE, to: BOB, offeredBy: ALICE, offeredAt: at(600) },
  ...{ state: 'offered', settledAt: null },
  ...changed,
})
const reminder = (changed: Partial<Reminder> = {}): Reminder => ({
  ...{ id: 4, incident: 7, kind: 'update', about: null, dueAt: at(3600), round: 0, person: ALICE, sentAt: at(3601) },
  ...{ snoozedUntil: null, settledAt: null },
  ...changed,
})
const busy = {
  live: [change('planned'), change('applied', { id: 13, line: 'restart checkout' })],
  looked: [{ line: 'pods checkout', finding: '2/3 ready: one crash loop', at: at(300) }],
  link,
}

describe('what one person is told', () => {
  it('reads as in its golden file', async () => {
    const clocks = { updateDue: at(4500), acknowledgeBy: at(1800) }
    const messages = [
      ...ROLES.map(({ name }) => sketch(name, roleDirect(incident(), name, { by: BOB, link }))),
      sketch('a handoff', handoffCard(handoff(), incident(clocks), busy)),
      sketch(
        'a handoff with nothing going on',
        handoffCard(handoff(), incident(), { live: [], looked: [], link: null }),
      ),
      sketch('accepted', handoffCard(handoff({ state: 'accepted', settledAt: at(660) }), incident(), busy)),
      sketch('declined', handoffCard(handoff({ state: 'declined', settledAt: at(660) }), incident(), busy)),
      sketch('withdrawn', handoffCard(handoff({ state: 'withdrawn', settledAt: at(660) }), incident(), busy)),
      sketch('told before they left a private channel', notInside(incident())),
      sketch('an update is due', reminderCard(reminder(), incident(), link)),
      sketch('an update is due, the next in line', reminderCard(reminder({ round: 1 }), incident(), link)),
      sketch('nobody is on it', reminderCard(reminder({ kind: 'acknowledge' }), incident(), null)),
      sketch('a change waits', reminderCard(reminder({ kind: 'approval', about: 'OP-12' }), incident(), link)),
      sketch('snoozed', reminderCard(reminder({ snoozedUntil: at(4500) }), incident(), link)),
      sketch('settled', reminderCard(reminder({ settledAt: at(3700) }), incident(), link)),
    ]
    await expect(messages.join('\n')).toMatchFileSnapshot('golden/direct.txt')
  })

  it('is within Slack’s limits, whatever the incident is called', () => {
    const hostile = incident({ title: HOSTILE.repeat(50), severity: HOSTILE })
    const many = Array.from({ length: 50 }, (_, i) => change('planned', { id: i + 1, line: HOSTILE }))
    const looked = Array.from({ length: 3 }, () => ({ line: HOSTILE, finding: HOSTILE.repeat(50), at: at(0) }))
    expectPostable(roleDirect(hostile, 'scribe', { by: BOB, link }))
    expectPostable(handoffCard(handoff(), hostile, { live: many, looked, link }))
    expectPostable(reminderCard(reminder(), hostile, link))
  })
})
