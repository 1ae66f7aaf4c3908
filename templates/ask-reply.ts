import { type Change, changeName } from '../src/operations/change.ts'
import { actions, button, section } from './blocks.ts'
import type { Message } from './message.ts'
import { inline, person } from './text.ts'

/** Who was asked before has not looked: the next ones are mentioned, or it is said that nobody is left. */
export function askReply(change: Change, people: string[]): Message {
  const name = changeName(change.id)
  const what = `*${name}* ${inline(change.line)}`
  const text =
    people.length > 0
      ? `${people.map(person).join(' ')} ${what} waits for your decision; nobody looks at it yet.`
      : `${person(change.requester)} ${what}: everybody who could be asked was asked, and nobody looks at it.`
  const hint =
    change.plan.wayBack === 'none' || change.incident === null
      ? ''
      : '\nIf it can’t wait, whoever has the right to break the glass can run it alone, and answers for it in the review.'
  const buttons = [
    button({ label: 'Ask again', action: 'change.ask_again', value: name }),
    ...(hint
      ? [button({ label: 'Break the glass…', action: 'change.break_glass', value: name, style: 'danger' })]
      : []),
  ]
  return { text: text + hint, blocks: [section(text + hint), actions(`${name}.asked`, buttons)] }
}

/** Said to everybody in the channel: somebody ran it alone. */
export function glassReply(change: Change, who: string, reason: string): Message {
  const text = [
    `🔥 *The glass was broken:* ${person(who)} runs *${changeName(change.id)}* ${inline(change.line)} without another person’s approval.`,
    `*Reason:* ${inline(reason, 600)}`,
    'The review of this incident has to answer for it.',
  ].join('\n')
  return { text, blocks: [section(text)] }
}
