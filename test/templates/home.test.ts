import { describe, expect, it } from 'vitest'
import type { Home } from '../../src/home/home.ts'
import type { Handoff } from '../../src/incidents/handoff.ts'
import { createChecks } from '../../src/slack/checks.ts'
import { closedHome, type HomeContext, homeBlocks } from '../../templates/home.ts'
import type { Block } from '../../templates/message.ts'
import { problemsIn } from '../slack/fake/blocks.ts'
import { LIMITS } from '../slack/fake/limits.ts'
import { broadcastsIn } from '../slack/fake/text.ts'
import { ALICE, at, BOB, CAROL, incident } from '../support/examples.ts'
import { HOSTILE, sketchBlocks } from './sketch.ts'

const names = { incident: '/incident', ops: '/ops' }
const around: HomeContext = {
  addressOf: (subject) => `https://acme.slack.com/archives/C0INCIDENTS/${subject}`,
  messageOf: ({ ts }) => (ts ? `https://acme.slack.com/archives/C0INCIDENTS/p${ts}` : null),
  names,
}
const unposted: HomeContext = { addressOf: () => null, messageOf: () => null, names }
const nothing: Home = { open: [], roles: [], waiting: [], handoffs: [], tasks: [], requested: [] }

const handoff = (changed: Partial<Handoff> = {}): Handoff => ({
  ...{ id: 3, incident: 7, role: 'incident commander', from: BOB, to: ALICE, offeredBy: BOB, offeredAt: at(600) },
  ...{ state: 'offered', settledAt: null },
  ...changed,
})

/** As much as there can be, with this text wherever people or machines write. */
const everything = (text: string, n: number): Home => {
  const all = <T>(make: (id: number) => T) => Array.from({ length: n }, (_, i) => make(n - i))
  const one = (id: number) => incident({ id, title: text, service: text.slice(0, 200), severity: text.slice(0, 60) })
  return {
    open: all(one),
    roles: all((id) => ({ incident: one(id), role: 'scribe' as const })),
    waiting: all((id) => ({ id, line: text, incident: 7, requester: BOB, tier: 'guarded', approveBy: at(1020) })),
    handoffs: all((id) => ({ handoff: handoff({ id }), incident: one(id) })),
    tasks: all((id) => ({ id, incident: 7, kind: 'task', text, channel: 'C0INCIDENTS', ts: '1.2' })),
    requested: all((id) => ({
      ...{ id, line: text, incident: 7, state: 'failed' as const, detail: text, requestedAt: at(120) },
    })).slice(0, 5),
  }
}

const busy: Home = {
  open: [
    incident({ id: 8, title: HOSTILE, commander: BOB, acknowledgeBy: at(1800), breachedAt: at(1801) }),
    incident({ acknowledgedAt: at(240), acknowledgeBy: at(1800), updateDue: at(3600), updatedAt: at(900) }),
  ],
  roles: [{ incident: incident(), role: 'incident commander' }],
  waiting: [
    { id: 12, line: 'scale checkout 5', incident: 7, requester: BOB, tier: 'guarded', approveBy: at(1020) },
    { id: 13, line: 'restart checkout', incident: null, requester: ALICE, tier: 'low', approveBy: at(1020) },
  ],
  handoffs: [{ handoff: handoff({ role: 'scribe', offeredBy: CAROL }), incident: incident() }],
  tasks: [
    { id: 4, incident: 7, kind: 'task', text: HOSTILE, channel: 'C0INCIDENTS', ts: '1.2' },
    { id: 5, incident: 6, kind: 'follow-up', text: 'Alert on slow payments', channel: null, ts: null },
  ],
  requested: [
    { id: 13, line: 'restart checkout', incident: null, state: 'planned', detail: null, requestedAt: at(200) },
    { id: 11, line: 'scale payments 4', incident: 7, state: 'succeeded', detail: '4/4 ready', requestedAt: at(60) },
  ],
}

/** Slack would take it, and it rings nobody's phone. */
function expectPublishable(blocks: Block[]) {
  expect(problemsIn(blocks, LIMITS.view.blocks)).toEqual([])
  expect(Buffer.byteLength(JSON.stringify(blocks))).toBeLessThan(LIMITS.view.bytes)
  expect(broadcastsIn({ text: '', blocks })).toEqual([])
  const strict = createChecks({ strict: true, repaired: () => {} })
  expect(strict.checkView(blocks)).toEqual(blocks)
}

describe('App Home', () => {
  it('reads as in its golden file', async () => {
    const homes = [
      sketchBlocks('empty', homeBlocks(nothing, around)),
      sketchBlocks('busy', homeBlocks(busy, around)),
      sketchBlocks('before Slack has the cards', homeBlocks({ ...nothing, open: [incident()] }, unposted)),
      sketchBlocks('closed', closedHome('only full members of the workspace can do this, and you are a guest')),
    ]
    await expect(homes.join('\n')).toMatchFileSnapshot('golden/home.txt')
  })

  it.each([
    ['a hostile title', HOSTILE],
    ['10,000 characters', 'ab & '.repeat(2_000)],
    ['10,000 of the widest characters', '<'.repeat(10_000)],
  ])('is within Slack’s limits with 200 of everything, and %s everywhere', (_, text) => {
    expectPublishable(homeBlocks(everything(text, 200), around))
    expectPublishable(homeBlocks(everything(text, 1), unposted))
  })

  it('says how many more there are, and where', () => {
    const text = JSON.stringify(homeBlocks(everything('Checkout', 200), around))
    expect(text).toContain('Open incidents (200)')
    expect(text).toContain('180 more are open: `/incident list`')
    expect(text).toContain('190 more plans wait for you')
  })

  it('offers no decision about a plan that it does not show whole', () => {
    expect(JSON.stringify(homeBlocks(busy, around))).not.toMatch(/change\.(approve|confirm|reject)/)
  })
})
