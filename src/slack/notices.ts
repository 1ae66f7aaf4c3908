import type { Answer } from '../../commands/command.ts'
import { section } from '../../templates/blocks.ts'
import { paged } from '../../templates/change-body.ts'
import type { Block, Message } from '../../templates/message.ts'
import { toChoice } from './choices.ts'

/** What a view shows of a message: it knows no text besides its blocks. */
export const viewOf = ({ text, blocks }: Message): Block[] => blocks ?? paged(text.split('\n')).map(section)

/** What an answer says; null for one that is a form or says nothing. */
export function sayingOf(answer: Answer): Message | null {
  if (answer.kind === 'text') return { text: answer.text }
  return answer.kind === 'choice' ? toChoice(answer) : null
}
