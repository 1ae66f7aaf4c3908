import { expect } from 'vitest'
import type { Block, Message, Modal } from '../../templates/message.ts'
import { charactersIn, problemsIn } from '../slack/fake/blocks.ts'
import { broadcastsIn } from '../slack/fake/text.ts'

/** A message as a person would draw it on paper, for the golden files: block by block, then the text without blocks. */
export const sketch = (title: string, { text, blocks = [] }: Message): string =>
  [`=== ${title} ===`, ...blocks.map(drawn), '--- without blocks ---', text, ''].join('\n')

/** App Home: it has no text besides its blocks. */
export const sketchBlocks = (title: string, blocks: Block[]): string =>
  [`=== ${title} ===`, ...blocks.map(drawn), ''].join('\n')

export const sketchModal = ({ title, submit, blocks }: Modal): string =>
  [`=== ${title} ===`, ...blocks.map(drawn), `[${submit}]`, ''].join('\n')

type Element = {
  text: { text: string }
  action_id: string
  value: string
  url?: string
  style?: string
  confirm?: Confirm
}
type Confirm = { title: Text; text: Text; confirm: Text; deny: Text; style?: string }
type Text = { text: string }

function drawn(block: Block): string {
  switch (block.type) {
    case 'header':
      return `# ${(block.text as Text).text}`
    case 'section':
      return [(block.text as Text).text, ...(block.accessory ? [press(block.accessory as Element)] : [])].join('\n')
    case 'context':
      return (block.elements as Text[]).map(({ text }) => `(${text})`).join(' ')
    case 'actions':
      return [`- ${block.block_id} -`, ...(block.elements as Element[]).map(press)].join('\n')
    case 'input':
      return `${block.block_id}: ${(block.label as Text).text}${block.optional ? ' (optional)' : ''}\n${JSON.stringify(block.element, null, 2)}`
    default:
      throw new Error(`The sketch can't draw a ${block.type}`)
  }
}

function press({ text, action_id, value, url, style, confirm }: Element): string {
  const button = `[${text.text}] ${style ?? 'plain'} · ${action_id} · ${url ?? value}`
  if (!confirm) return button
  return `${button}\n    asks: ${confirm.title.text} ${confirm.text.text} [${confirm.confirm.text}] [${confirm.deny.text}]`
}

/** Slack would take it, edits included, and it rings nobody's phone. */
export function expectPostable({ text, blocks = [] }: Message): void {
  expect(problemsIn(blocks, 50)).toEqual([])
  expect(charactersIn(blocks)).toBeLessThanOrEqual(12_000)
  expect(text.length).toBeGreaterThan(0)
  expect(text.length).toBeLessThanOrEqual(4_000)
  expect(broadcastsIn({ text, blocks })).toEqual([])
}

/** Everything at once that people put into a title. */
export const HOSTILE =
  '<!channel> <@U0CAROL> ```*bold*``` `code` <https://evil.example|click> & \u202egnp.exe\u0007\nnext | line'
