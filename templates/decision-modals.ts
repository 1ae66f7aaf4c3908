import { type Change, changeName } from '../src/operations/change.ts'
import { input, option, plain, section } from './blocks.ts'
import { bodyOf, paged } from './change-body.ts'
import { shownPlan } from './change-buttons.ts'
import type { Block, Modal } from './message.ts'

/** A decision with a comment. What was on the screen travels with it: the answer is for that plan and no other. */
export const decisionModal = (change: Change): Modal => ({
  callbackId: 'change.decide',
  title: `Decide on ${changeName(change.id)}`,
  submit: 'Decide',
  metadata: shownPlan(change),
  blocks: [
    ...paged(bodyOf(change)).map(section),
    select('decision', 'Decision', [
      ['approve', 'Approve'],
      ['reject', 'Reject'],
    ]),
    words('comment', 'Comment', { optional: false, placeholder: 'What you looked at, or why not' }),
  ],
})

const REASONS = [
  ['nobody answers', 'Nobody who could approve answers'],
  ['damage grows by the minute', 'The damage grows by the minute'],
  ['no approver can reach Slack', 'No approver can reach Slack'],
  ['other', 'Something else, in words below'],
] as const

/** Why somebody runs a change alone: a tap is enough, words are better. */
export const glassModal = (change: Change): Modal => ({
  callbackId: 'change.break_glass',
  title: 'Break the glass',
  submit: 'Run it alone',
  metadata: shownPlan(change),
  blocks: [
    section(
      '⚠️ It runs without another person’s approval. Everybody in the channel is told, and the review has to answer for it.',
    ),
    ...paged(bodyOf(change)).map(section),
    select('reason', 'Why can’t it wait?', REASONS),
    words('words', 'In your words', { optional: true, placeholder: 'Carol and Bob were asked twice' }),
  ],
})

const select = (block_id: string, label: string, options: readonly (readonly [string, string])[]): Block =>
  input(block_id, label, { type: 'static_select', options: options.map(([value, text]) => option(value, text)) })

const words = (
  block_id: string,
  label: string,
  { optional, placeholder }: { optional: boolean; placeholder: string },
): Block =>
  input(
    block_id,
    label,
    { type: 'plain_text_input', max_length: 500, multiline: true, placeholder: plain(placeholder, 150) },
    optional,
  )
