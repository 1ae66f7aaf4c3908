import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createChecks } from '../../src/slack/checks.ts'
import { toChoice } from '../../src/slack/choices.ts'
import type { Block, Message } from '../../templates/message.ts'
import { aModal } from './edge-world.ts'
import { charactersIn, problemsIn } from './fake/blocks.ts'

const repairs: string[] = []
const strict = createChecks({ strict: true, repaired: () => {} })
const lenient = createChecks({ strict: false, repaired: (limit) => void repairs.push(limit) })

const plain = (text: string) => ({ type: 'plain_text', text })
const section = (text: string): Block => ({ type: 'section', text: { type: 'mrkdwn', text } })
const button = (over: object = {}) => ({ type: 'button', action_id: 'a', value: 'v', text: plain('Go'), ...over })
const actions = (...elements: object[]): Block => ({ type: 'actions', elements })
const long = (n: number) => 'x'.repeat(n)

/** The fake's own judgement, which knows nothing of ours. */
const refusals = ({ blocks = [] }: Message) => [
  ...problemsIn(blocks, 50),
  ...(charactersIn(blocks) > 13_200 ? ['msg_blocks_too_long'] : []),
]

describe('a message beyond a limit of Slack', () => {
  it.each<[string, Block[]]>([
    ['blocks: 51 of 50', Array.from({ length: 51 }, () => ({ type: 'divider' }))],
    ['section.text: 3001 of 3000', [section(long(3001))]],
    ['section.text: 0 of 3000', [section('')]],
    ['section.fields: 11 of 10', [{ type: 'section', fields: Array.from({ length: 11 }, () => plain('x')) }]],
    ['section.field: 2001 of 2000', [{ type: 'section', fields: [plain(long(2001))] }]],
    ['header.text: 151 of 150', [{ type: 'header', text: plain(long(151)) }]],
    ['context.elements: 11 of 10', [{ type: 'context', elements: Array.from({ length: 11 }, () => plain('x')) }]],
    ['actions.elements: 26 of 25', [actions(...Array.from({ length: 26 }, (_, i) => button({ action_id: `a${i}` })))]],
    ['block_id: 256 of 255', [{ ...section('x'), block_id: long(256) }]],
    ['action_id: 256 of 255', [actions(button({ action_id: long(256) }))]],
    ['button.text: 76 of 75', [actions(button({ text: plain(long(76)) }))]],
    ['button.value: 2001 of 2000', [actions(button({ value: long(2001) }))]],
    ['button.url: 3001 of 3000', [actions(button({ url: `https://${long(2993)}` }))]],
    [
      'confirm.text: 301 of 300',
      [
        actions(
          button({ confirm: { title: plain('?'), text: plain(long(301)), confirm: plain('y'), deny: plain('n') } }),
        ),
      ],
    ],
    [
      'options: 101 of 100',
      [
        actions({
          ...{ type: 'static_select', action_id: 'a' },
          options: Array.from({ length: 101 }, (_, i) => ({ text: plain('x'), value: `${i}` })),
        }),
      ],
    ],
    [
      'option.value: 76 of 75',
      [
        actions({
          ...{ type: 'static_select', action_id: 'a' },
          options: [
            { text: plain('x'), value: long(76) },
            { text: plain('y'), value: 'y' },
          ],
        }),
      ],
    ],
    ['characters: 14995 of 12000', Array.from({ length: 5 }, () => section(long(2999)))],
  ])('is refused in tests, naming it (%s), and repaired in production, counted', (problem, blocks) => {
    const message = { text: 'a message', blocks }
    const untouched = structuredClone(message)
    expect(refusals(message)).not.toEqual([])
    expect(() => strict.checkMessage(message)).toThrow(problem)
    repairs.length = 0
    expect(refusals(lenient.checkMessage(message))).toEqual([])
    expect(repairs).toEqual([problem.split(':')[0]])
    expect(message).toEqual(untouched)
  })

  it('has a text of at most 4,000 characters, which an edit may have too, and never none', () => {
    expect(() => strict.checkMessage({ text: long(4001) })).toThrow('message.text: 4001 of 4000')
    expect(lenient.checkMessage({ text: long(4001) }).text).toHaveLength(4000)
    expect(lenient.checkMessage({ text: '' }).text).not.toBe('')
  })

  it('is never cut inside an entity or a character', () => {
    const { text } = lenient.checkMessage({ text: `${long(3996)}&amp;${'😀'.repeat(10)}` })
    expect(text).toBe(`${long(3996)}…`)
  })

  it('loses a button whose value does not fit, as a shorter value would be another one', () => {
    const kept = button({ action_id: 'b' })
    const { blocks } = lenient.checkMessage({ text: 'x', blocks: [actions(button({ value: long(2001) }), kept)] })
    expect(blocks).toEqual([actions(kept)])
  })

  it('is acceptable after the repair, whatever it was', () => {
    const text = fc.string({ maxLength: 4000, size: 'max' })
    const block = fc.oneof(
      text.map(section),
      text.map((words) => ({ type: 'header', text: plain(words) })),
      fc.array(text.map(plain), { maxLength: 12 }).map((elements) => ({ type: 'context', elements })),
      fc
        .array(fc.record({ label: text, value: text }), { maxLength: 27 })
        .map((all) =>
          actions(...all.map(({ label, value }, i) => button({ action_id: `a${i}`, text: plain(label), value }))),
        ),
    )
    fc.assert(
      fc.property(fc.array(block, { maxLength: 55 }), text, (blocks, words) => {
        const repaired = lenient.checkMessage({ text: words, blocks })
        expect(refusals(repaired)).toEqual([])
        expect(() => strict.checkMessage(repaired)).not.toThrow()
      }),
      { numRuns: 50 },
    )
  })

  it('within the limits is left as it is', () => {
    const message = { text: 'hello', blocks: [section('hello'), actions(button())] }
    expect(strict.checkMessage(message)).toEqual(message)
  })
})

describe('a modal beyond a limit of Slack', () => {
  it('is refused in tests and cut in production', () => {
    const modal = { ...aModal, title: long(25) }
    expect(() => strict.checkModal(modal)).toThrow('modal.title: 25 of 24')
    expect(lenient.checkModal(modal).title).toHaveLength(24)
  })

  it('is not opened with half of its metadata', () => {
    expect(() => lenient.checkModal({ ...aModal, metadata: long(2401) })).toThrow('modal.metadata')
  })
})

describe('a question', () => {
  const choices = (n: number, line = 'incident resolve INC-') =>
    Array.from({ length: n }, (_, i) => ({ label: `INC-${i}`, line: `${line}${i}` }))

  it.each([
    ['few answers', choices(3), 3],
    ['ten answers', choices(10), 10],
    ['many answers', choices(100), 100],
    ['many answers that no menu can hold', choices(40, `ops scale ${long(80)} `), 40],
  ])('with %s fits, and offers them all', (_, all, count) => {
    const message = strict.checkMessage(toChoice({ kind: 'choice', text: 'Which?', choices: all }))
    expect(refusals(message)).toEqual([])
    expect(linesIn(message)).toEqual(all.map(({ line }) => line))
    expect(linesIn(message)).toHaveLength(count)
  })

  it('with more answers than Slack can show says how many are missing', () => {
    const message = strict.checkMessage(toChoice({ kind: 'choice', text: 'Which?', choices: choices(130) }))
    expect(message.text).toContain('30 more are not listed')
  })
})

type Elements = { value?: string; options?: { value: string }[] }[]

const linesIn = ({ blocks = [] }: Message) =>
  blocks
    .flatMap(({ elements = [] }) => elements as Elements)
    .flatMap(({ value, options }) => options?.map((option) => option.value) ?? [value])
