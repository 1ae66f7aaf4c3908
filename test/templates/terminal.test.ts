import { describe, expect, it } from 'vitest'
import type { Change } from '../../src/operations/change.ts'
import { STATES } from '../../src/operations/states.ts'
import { changeCard } from '../../templates/change-card.ts'
import { typedChange } from '../../templates/change-typed.ts'
import { mentioned, plainText } from '../../templates/plain.ts'
import { code, inline, line, person, prose, when } from '../../templates/text.ts'
import { tokenIssued, tokenList } from '../../templates/tokens.ts'
import { ALICE, approval, at, BOB, change } from '../support/examples.ts'
import { HOSTILE } from './sketch.ts'

const names = new Map([
  ['U0ALICE', 'Alice'],
  ['U0BOB', 'Bob'],
])
const plain = (mrkdwn: string) => plainText(mrkdwn, (user) => names.get(user) ?? user)

describe('mrkdwn for a terminal', () => {
  it.each([
    ['a mention, and somebody whom nobody knows', `${person(ALICE)} and <@U0NEW|new>`, '@Alice and @U0NEW'],
    ['a date', `until ${when(at(60))}`, 'until 2026-11-21 20:01 UTC'],
    ['a channel', 'in <#C0INCIDENTS>, <#C1|alerts>', 'in #C0INCIDENTS, #alerts'],
    ['a link', '<https://a.example/?a=1&amp;b=2|the card>', 'the card (https://a.example/?a=1&b=2)'],
    ['bold', '*OP-1* is *planned*; 2 * 3 * 4 = 24, *.log', 'OP-1 is planned; 2 * 3 * 4 = 24, *.log'],
    ['characters that Slack escapes', line('a < b && c > d'), 'a < b && c > d'],
    ['an entity that somebody typed', line('&lt;'), '&lt;'],
    ['code, as it is', `${inline('*a* <b>')}\n${code('x *y* < z', 100)}`, '`*a* <b>`\n```\nx *y* < z\n```'],
  ])('%s', (_, mrkdwn, expected) => {
    expect(plain(mrkdwn)).toBe(expected)
  })

  it('lets nothing through that a terminal obeys', () => {
    const title = `\u001b[2J\u001b]0;owned\u0007 \u202egpj.exe ${HOSTILE}`
    for (const shown of [plain(line(title)), plain(prose(title, 500)), plain(title)]) {
      expect(shown).not.toMatch(/(?![\n\t])\p{Cc}|[\u202a-\u202e]/u)
    }
  })

  it('knows whom a text mentions, each once', () => {
    expect(mentioned('<@U0ALICE> asked <@U0BOB|bob> and <@U0ALICE>, not &lt;@U0EVE&gt;')).toEqual(['U0ALICE', 'U0BOB'])
  })
})

describe('what a terminal shows', () => {
  it('reads as in its golden file', async () => {
    const needs = { needed: 1, approvers: ['approver'] }
    const token = { id: 4, person: BOB, issuedBy: ALICE, expiresAt: at(2_592_000), usedAt: null }
    const typed = (...args: Parameters<typeof change>) => typedChange(change(...args), { needs }, 'firebreak ops')
    const votes = [approval]
    const texts = {
      'a plan that waits': typed('planned'),
      'one that waits for its requester': typed('planned', { plan: { tier: 'low' } }),
      'one that is approved': typed('approved', { votes }),
      'one that succeeded': typed('succeeded', { votes, applied: 1, finishedAt: at(200), detail: '5/5 ready' }),
      'one that failed': typed('failed', { votes, detail: 'the cluster refused it' }),
      'one that nobody knows of': typed('unknown', { votes, detail: 'the answer was lost' }),
      'a new token': tokenIssued(token, `firebreak_${'A'.repeat(43)}`, 'firebreak ops'),
      'the tokens': tokenList([token, { ...token, id: 5, person: ALICE, usedAt: at(60) }], 'firebreak ops'),
      'no tokens': tokenList([], 'firebreak ops'),
    }
    const shown = Object.entries(texts).map(([name, text]) => `== ${name}\n${plain(text)}\n`)
    await expect(shown.join('\n')).toMatchFileSnapshot('golden/terminal.txt')
  })

  const undone = { applied: 1, undoneBy: [{ id: 13, state: 'succeeded' as const }] }
  it.each<[string, Change]>([
    ...STATES.map((state) => [state, change(state, { applied: 1 })] as [string, Change]),
    ['planned, low', change('planned', { plan: { tier: 'low' } })],
    ['succeeded, and there is nothing to undo', change('succeeded', { applied: 1, plan: { wayBack: 'none needed' } })],
    ['succeeded, and undone', change('succeeded', undone)],
    ['failed, nothing was applied', change('failed')],
  ])('offers the same as the card’s buttons: %s', (_, change) => {
    const needs = { needed: 1, approvers: ['approver'] }
    const shown = typedChange(change, { needs }, 'firebreak ops')
    const lines = [...shown.matchAll(/^To .*: firebreak ops (.*)$/gm)].map(([, line]) => `${line}`)
    const actions = changeCard(change, { needs }).blocks?.find(({ type }) => type === 'actions')
    const buttons = ((actions?.elements ?? []) as { action_id: string }[]).map(({ action_id }) => action_id)
    expect(lines).toEqual(buttons.flatMap((id) => LINES[id]))
  })

  it('is the whole plan, however long', () => {
    const step = change('planned').plan.steps[0]
    const steps = Array.from({ length: 60 }, (_, i) => ({ ...step, object: { ...step?.object, name: `service-${i}` } }))
    const shown = typedChange(
      change('planned', { plan: { steps: steps as never } }),
      { needs: { needed: 1, approvers: [] } },
      'x',
    )
    expect(shown).toContain('service-0')
    expect(shown).toContain('service-59')
  })
})

/** What to type for each button of OP-12; approving takes a comment. */
const LINES: Record<string, string[]> = {
  'change.confirm': ['confirm OP-12'],
  'change.approve': ['approve OP-12 a1b2c3d4e5f60718'],
  'change.reject': ['reject OP-12 a1b2c3d4e5f60718'],
  'change.comment': [],
  'change.looking': ['looking OP-12'],
  'change.ask_again': ['ask OP-12'],
  'change.undo': ['undo OP-12'],
  'change.replan': ['scale checkout 5'],
  'change.look_again': ['look-again OP-12'],
  'change.mark_applied': ['mark OP-12 applied'],
  'change.mark_failed': ['mark OP-12 not-applied'],
}
