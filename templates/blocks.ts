import type { Block } from './message.ts'
import { plainLine } from './text.ts'

/** The few Block Kit constructors that the templates use. What is mrkdwn here must be escaped already (text.ts). */
export const plain = (text: string, max: number) => ({ type: 'plain_text', text: plainLine(text, max), emoji: false })

/** `verbatim`: Slack shall not look for links and channels of its own in it. */
const mrkdwn = (text: string) => ({ type: 'mrkdwn', text, verbatim: true })

export const header = (text: string): Block => ({ type: 'header', text: plain(text, HEADER) })
export const section = (text: string): Block => ({ type: 'section', text: mrkdwn(text) })
export const context = (text: string): Block => ({ type: 'context', elements: [mrkdwn(text)] })

/** A block whose buttons change takes another id: Slack's clients keep what they know of a block by its id. */
export const actions = (block_id: string, elements: (Button | Link)[]): Block => ({
  type: 'actions',
  block_id,
  elements,
})

/** How many characters a header can hold. */
export const HEADER = 150

export type Button = ReturnType<typeof button>
type Link = ReturnType<typeof link>

export interface Press {
  label: string
  action: string
  value: string
  style?: 'primary' | 'danger'
  /** Asked before the button acts. `text` is mrkdwn, at most 300 characters. */
  confirm?: { title: string; text: string; yes: string; danger?: boolean }
}

export const button = ({ label, action, value, style, confirm }: Press) => ({
  type: 'button',
  text: plain(label, 30),
  action_id: action,
  value,
  ...(style && { style }),
  ...(confirm && {
    confirm: {
      title: plain(confirm.title, 100),
      text: mrkdwn(confirm.text),
      confirm: plain(confirm.yes, 30),
      deny: plain('Not now', 30),
      ...(confirm.danger && { style: 'danger' }),
    },
  }),
})

/** Opens an address. Slack tells us of the press all the same, and nothing is done then (src/slack/listeners.ts). */
export const link = (label: string, url: string) => ({
  ...{ type: 'button', text: plain(label, 30), action_id: 'link', url },
})

/** What the text of an option can hold. */
export const OPTION = 75
export const option = (value: string, label: string) => ({ text: plain(label, OPTION), value })

/** A question in a form; its answer comes back by `block_id`. */
export const input = (block_id: string, label: string, element: object, optional = false): Block => ({
  ...{ type: 'input', block_id, optional, label: plain(label, 100) },
  element: { action_id: 'value', ...element },
})
