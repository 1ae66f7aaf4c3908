import type { Answer } from '../../commands/command.ts'
import type { Block, Message } from '../../templates/message.ts'
import { plainLine } from '../../templates/text.ts'
import { LIMITS } from './limits.ts'

/** The action_id of a choice; buttons get `choose:0`, `choose:1`, …, as it must be unique within a block. */
const CHOOSE = 'choose'
const IN_A_ROW = 5
/** More than these are a menu: a phone's screen holds no more buttons. */
const BUTTONS = 10

/** An action's id as the commands know it. */
export const actionName = (actionId: string): string => actionId.replace(/:\d+$/, '')

/** A question as buttons, or as a menu when there are many. What doesn't fit is said, never cut silently. */
export function toChoice({ text, choices }: Answer & { kind: 'choice' }): Message {
  const menu = choices.length > BUTTONS && choices.every(({ line }) => line.length <= LIMITS.option)
  const most = menu ? LIMITS.options : (LIMITS.blocks - 1) * IN_A_ROW
  const shown = choices.slice(0, most)
  const more = choices.length - shown.length
  const question = more > 0 ? `${text}\n_${more} more are not listed: type the one you mean._` : text
  const blocks: Block[] = [{ type: 'section', text: { type: 'mrkdwn', text: question, verbatim: true } }]
  if (menu) blocks.push({ type: 'actions', elements: [menuOf(shown)] })
  else for (let at = 0; at < shown.length; at += IN_A_ROW) blocks.push(rowOf(shown, at))
  return { text: question, blocks }
}

type Choices = { label: string; line: string }[]

const menuOf = (choices: Choices) => ({
  type: 'static_select',
  action_id: CHOOSE,
  placeholder: plain('Choose', LIMITS.placeholder),
  options: choices.map(({ label, line }) => ({ text: plain(label, LIMITS.option), value: line })),
})

const rowOf = (choices: Choices, from: number): Block => ({
  type: 'actions',
  elements: choices.slice(from, from + IN_A_ROW).map(({ label, line }, at) => ({
    type: 'button',
    action_id: `${CHOOSE}:${from + at}`,
    text: plain(label, LIMITS.button.text),
    value: line,
  })),
})

const plain = (text: string, max: number) => ({ type: 'plain_text', text: plainLine(text, max), emoji: false })
