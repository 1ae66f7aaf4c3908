import { expect, it, describe as suite } from 'vitest'
import { describe } from '../../src/timeline/describe.ts'
import type { Entry, EntryBody, EntryType } from '../../src/timeline/entries.ts'
import { entry, nameOf } from '../support/examples.ts'
import { EVENING, examples } from './evening.ts'

suite('describe', () => {
  it('turns every type of entry into one plain sentence, as in the golden file', async () => {
    const sentences = EVENING.map((entry) => `${String(entry.seq).padStart(2)}  ${describe(entry, nameOf)}`)
    await expect(`${sentences.join('\n')}\n`).toMatchFileSnapshot('golden/describe.txt')
  })

  it.each(Object.keys(examples) as EntryType[])('stays on one line whatever the texts hold: %s', (type) => {
    const body = withTexts(examples[type], 'line one\nline two\u2028three\t')
    expect(describe(entry(1, body), nameOf)).not.toMatch(/[\n\u2028\t]/)
  })

  it('names whoever acted as they were called then, and the others as they are called now', () => {
    const opened = entry(1, examples['incident.opened'], { actor: { id: 'T0ACME/U0ALICE', name: 'Alice Before' } })
    expect(describe(opened, () => 'Commander Now')).toBe(
      'Alice Before opened INC-7 “Checkout times out”: P1, service checkout, commander Commander Now.',
    )
  })

  it('tells the account that somebody used, where it isn’t the one that stands for them', () => {
    const actor = { id: 'T0ACME/U0ALICE', name: 'Alice Admin', account: 'U0ALICE2' }
    expect(describe(entry(1, examples['operations.released'], { actor, subject: 'HOLD-1' }), nameOf)).toBe(
      'Alice Admin (as U0ALICE2) released all operations (HOLD-1).',
    )
  })

  it('says which entry it can’t read, when a newer release wrote it', () => {
    const newer = entry(1, { type: 'incident.merged' } as unknown as EntryBody)
    expect(describe(newer, nameOf)).toBe('INC-7: “incident.merged”, which this release can’t read.')
  })
})

/** Every text in it replaced, but the ones that are words of ours. */
function withTexts(body: EntryBody, text: string): EntryBody {
  const ours = [
    'type',
    'hash',
    'approveBy',
    'from',
    'to',
    'format',
    'decision',
    'expiresAt',
    'asOf',
    'by',
    'next',
    'due',
    'until',
    'was',
    'occurredAt',
  ]
  const fields = Object.entries(body).map(([key, value]) => [
    key,
    typeof value === 'string' && !ours.includes(key) ? text : value,
  ])
  return Object.fromEntries(fields) as Entry['body']
}
