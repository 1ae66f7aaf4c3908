import { describe, expect, it } from 'vitest'
import type { Recovery } from '../../src/recovery/standing.ts'
import { changeCard } from '../../templates/change-card.ts'
import { recoveryCard } from '../../templates/recovery-card.ts'
import { ALICE, approval, at, change } from '../support/examples.ts'
import { expectPostable, HOSTILE, sketch } from './sketch.ts'

const recovery = (changed: Partial<Recovery> = {}): Recovery => ({
  id: 1,
  beganAt: at(0),
  reason: 'restored from the backup of 2026-11-21 10:17 UTC',
  lost: 'INC-7, entries 7 to 9 (about OP-12, OP-13); INC-8, the whole of it',
  endedBy: null,
  endedAt: null,
  ...changed,
})
const pending = [
  { id: 9, state: 'planned' },
  { id: 11, state: 'intended' },
] as const
const card = (recovery: Recovery, changes: readonly (typeof pending)[number][] = pending) =>
  recoveryCard(recovery, { pending: [...changes], ops: '/ops' })

describe('the card of a recovery', () => {
  it('reads as in its golden file', async () => {
    const cards = [
      sketch('it stands', card(recovery())),
      sketch('not compared yet, nothing pending', card(recovery({ lost: null }), [])),
      sketch('nothing is missing', card(recovery({ lost: '' }))),
      sketch('over', card(recovery({ endedBy: ALICE, endedAt: at(600) }), [])),
      sketch(
        'a change that waits for it',
        changeCard(change('approved', { votes: [approval] }), { needs: { needed: 1, approvers: [] }, halted: 1 }),
      ),
    ]
    await expect(cards.join('\n')).toMatchFileSnapshot('golden/recovery-card.txt')
  })

  it('can be posted whatever it holds, and mentions and links nothing', () => {
    const many = Array.from({ length: 500 }, (_, i) => ({ id: 100_000 + i, state: 'intended' as const }))
    const message = recoveryCard(recovery({ reason: HOSTILE.repeat(20), lost: HOSTILE.repeat(50) }), {
      pending: many,
      ops: '/ops',
    })
    expectPostable(message)
    expect(JSON.stringify(message)).toContain('470 more')
  })
})
