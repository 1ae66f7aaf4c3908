import { describe, expect, it } from 'vitest'
import type { Change } from '../../src/operations/change.ts'
import { STATES, type State } from '../../src/operations/states.ts'
import { changeCard } from '../../templates/change-card.ts'
import { outcomeReply } from '../../templates/change-replies.ts'
import { ALICE, approval, at, BOB, CAROL, change, HASH } from '../support/examples.ts'
import { expectPostable, HOSTILE, sketch } from './sketch.ts'

const needs = { needed: 1, approvers: ['approver'] }
const card = (change: Change, context = { needs }) => changeCard(change, context)
const votes = [approval]
const asked = [{ round: 0, person: BOB, at: at(120) }]

const left = { applied: 1, verifyUntil: at(300) }
const low = { line: 'undo OP-11', undoes: 11, plan: { tier: 'low' as const, warnings: [] } }
const states: [string, Change][] = [
  ['planned', change('planned')],
  ['planned, low: its requester confirms', change('planned', low)],
  ['approved', change('approved', { votes, detail: 'approved by Bob' })],
  ['approved, low', change('approved', { ...low, detail: 'confirmed by its requester' })],
  ['claimed', change('claimed', { votes })],
  ['intended', change('intended', { votes })],
  ['applied', change('applied', { votes, ...left, detail: '4/5 ready' })],
  ['succeeded', change('succeeded', { votes, ...left, finishedAt: at(264), detail: '5/5 ready' })],
  [
    'succeeded, its undo waits',
    change('succeeded', { votes, ...left, detail: '5/5 ready', undoneBy: [{ id: 13, state: 'planned' }] }),
  ],
  [
    'succeeded, its undo was rejected',
    change('succeeded', {
      votes,
      verifyUntil: at(300),
      detail: '5/5 ready',
      undoneBy: [{ id: 13, state: 'rejected' }],
    }),
  ],
  ['planned, asked and looked at', change('planned', { asks: asked, looker: CAROL, lookingSince: at(170) })],
  [
    'planned, asks again',
    change('planned', { replaces: { id: 11, detail: 'replicas is 4 now; it was 3 when planned' } }),
  ],
  [
    'planned, approved in advance',
    change('planned', { plan: { tier: 'low', lowered: 'bounds of checkout: scale replicas 2 to 12' } }),
  ],
  [
    'approved, with comments',
    change('approved', { votes: [{ ...approval, comment: 'the queue is full', rolesAsOf: at(0) }] }),
  ],
  ['approved, held', change('approved', { votes, detail: 'waits: everything is held (the cluster is being moved)' })],
  [
    'approved, the glass was broken',
    change('approved', { votes: [{ ...approval, decision: 'break_glass', comment: 'nobody answers' }] }),
  ],
  [
    'succeeded, before and after',
    change('succeeded', {
      votes,
      ...left,
      seenBefore: '2/3 ready, 1 pod in trouble (CrashLoopBackOff)',
      detail: '5/5 ready after 14 s',
    }),
  ],
  ['succeeded, nothing to take back', change('succeeded', { votes, ...left, plan: { wayBack: 'none needed' } })],
  [
    'failed in the middle of a change set',
    change('failed', { votes, applied: 1, detail: 'the cluster refused it: quota exceeded' }),
  ],
  ['failed before it was applied', change('failed', { votes, detail: 'the cluster refused it: quota exceeded' })],
  ['failed after it was applied', change('failed', { votes, ...left, detail: '3/5 ready: deadline passed' })],
  ['overridden', change('overridden', { votes, ...left, detail: 'replicas is 4, not 5' })],
  ['inconclusive', change('inconclusive', { votes, ...left, detail: '4/5 ready' })],
  ['unknown', change('unknown', { votes, detail: 'the answer was lost; seen since: replicas is 5' })],
  ['stale', change('stale', { votes, detail: 'replicas of deployment checkout is 8 now; it was 3 when planned' })],
  ['expired', change('expired', { detail: 'nobody approved it in time' })],
  [
    'rejected',
    change('rejected', { votes: [{ person: BOB, decision: 'reject', at: at(200), comment: null, rolesAsOf: null }] }),
  ],
  ['withdrawn', change('withdrawn', { detail: 'withdrawn by its requester' })],
]

describe('the card of a change', () => {
  it('reads as in its golden file, in every state', async () => {
    expect(new Set(states.map(([, { state }]) => state))).toEqual(new Set(STATES))
    const critical = change('planned', { votes, line: 'scale checkout 0', plan: { tier: 'critical' } })
    const twice = [approval, { ...approval, person: CAROL }]
    const cards = [
      ...states.map(([title, change]) => sketch(title, card(change))),
      sketch(
        'planned, critical, one of two approved',
        card(critical, { needs: { needed: 2, approvers: ['sre', 'lead'] } }),
      ),
      sketch(
        'planned, critical, two approved and no owner among them',
        card({ ...critical, votes: twice }, { needs: { needed: 2, approvers: ['sre', 'lead'] } }),
      ),
      sketch('planned, guarded, who approved lost the role', card(change('planned', { votes }))),
      sketch('planned, hostile', card(hostile('planned', HOSTILE))),
    ]
    await expect(cards.join('\n')).toMatchFileSnapshot('golden/change-card.txt')
  })

  it.each(states)('is within Slack’s limits: %s', (_, change) => expectPostable(card(change)))

  it.each(STATES)('is within Slack’s limits with the longest texts everywhere: %s', (state) => {
    expectPostable(card(hostile(state, '<'.repeat(10_000))))
    expectPostable(card(hostile(state, 'word & '.repeat(1_500))))
    expectPostable(card(hostile(state, HOSTILE)))
  })

  it('says in the text without blocks all that the blocks say', () => {
    const { text, blocks } = card(change('planned'))
    for (const fact of [
      'OP-12',
      'scale checkout 5',
      'replicas 3 → 5',
      '`microservices`',
      'prod (production)',
      'autoscaler',
    ]) {
      expect(text).toContain(fact)
      expect(JSON.stringify(blocks)).toContain(fact)
    }
  })

  it('binds both decisions to the plan that it shows', () => {
    const values = buttons(change('planned', { planNumber: 2 }))
      .slice(0, 2)
      .map(({ action_id, value }) => [action_id, JSON.parse(value)])
    const shown = { op: 12, plan: 2, hash: HASH.slice(0, 16) }
    expect(values).toEqual([
      ['change.approve', shown],
      ['change.reject', shown],
    ])
  })

  it('offers no approval for a plan that it can’t show whole', () => {
    const plan = { warnings: ['w'.repeat(4_000)] }
    const offered = buttons(change('planned', { plan })).map(({ action_id }) => action_id)
    expect(offered).toEqual(['change.reject', 'change.looking', 'change.ask_again'])
    expect(buttons(change('planned', { plan: { ...plan, tier: 'low' } }))).toEqual([])
    expect(card(change('planned', { plan })).text).toContain('too long to be shown whole')
  })

  it('shows the longest plan that the engine lets through, and offers its approval', () => {
    const step = change('planned').plan.steps[0] as Change['plan']['steps'][number]
    const steps = Array.from({ length: 12 }, (_, i) => ({ ...step, object: { ...step.object, name: `checkout-${i}` } }))
    const full = change('planned', { plan: { steps, warnings: ['w'.repeat(1_400)] } })
    const shown = JSON.stringify(card(full).blocks)
    for (const { object } of steps) expect(shown).toContain(`\`${object.name}\``)
    expect(buttons(full)).toHaveLength(5)
    expectPostable(card(full))
  })

  it.each([
    ['planned', false],
    ['applied', false],
    ['succeeded', false],
    ['rejected', true],
    ['failed', true],
  ] as const)('is offered to be undone or not, when an undo of it is %s: %s', (state, offered) => {
    const undone = change('succeeded', { ...left, undoneBy: [{ id: 13, state }] })
    expect(buttons(undone).some(({ action_id }) => action_id === 'change.undo')).toBe(offered)
  })

  it('gives its buttons another block id in another state, so that Slack’s clients draw them anew', () => {
    const ids = (['planned', 'unknown', 'stale', 'failed'] as const).map(
      (state) => card(change(state)).blocks?.find(({ type }) => type === 'actions')?.block_id,
    )
    expect(new Set(ids).size).toBe(4)
  })
})

describe('the reply about an outcome', () => {
  it('reads as in its golden file', async () => {
    const replies = states.flatMap(([title, change]) => {
      const reply = outcomeReply(change)
      return reply ? [sketch(title, reply)] : []
    })
    await expect(replies.join('\n')).toMatchFileSnapshot('golden/change-replies.txt')
  })

  it('comes only when somebody must look, and mentions who asked', () => {
    const aloud = STATES.filter((state) => outcomeReply(change(state)) !== null)
    expect(aloud.toSorted()).toEqual(['failed', 'inconclusive', 'overridden', 'stale', 'unknown'])
    expect(outcomeReply(change('unknown', { requester: CAROL }))?.text).toMatch(/^<@U0CAROL> /)
    expect(outcomeReply(change('unknown', { requester: ALICE }))?.text).toMatch(/^<@U0ALICE> /)
  })

  it('tells of the unknown as it was, even when it ended before the reply was posted', () => {
    const reply = outcomeReply(change('unknown', { finishedAt: at(900), detail: 'the answer was lost' }))
    expect(reply?.text).toContain('*⚠️ Nobody knows whether it was applied*: the answer was lost\n')
  })

  it('is within Slack’s limits', () => {
    for (const state of STATES) {
      const reply = outcomeReply(hostile(state, '<'.repeat(10_000)))
      if (reply) expectPostable(reply)
    }
  })
})

/** A change in which every text that somebody else wrote is `text`. */
function hostile(state: State, text: string): Change {
  const object = { kind: text, name: text, namespace: text, uid: 'd0d0' }
  return change(state, {
    line: `scale ${text}`,
    service: text,
    detail: text,
    plan: {
      target: text,
      environment: text,
      affects: text,
      warnings: [text],
      steps: [{ object, before: { replicas: text }, after: { replicas: text }, envelope: {} }],
    },
  })
}

function buttons(change: Change): { action_id: string; value: string }[] {
  const block = card(change).blocks?.find(({ type }) => type === 'actions')
  return (block?.elements ?? []) as { action_id: string; value: string }[]
}
