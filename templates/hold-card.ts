import type { Hold } from '../src/operations/holds/store.ts'
import { actions, button, section } from './blocks.ts'
import type { Message } from './message.ts'
import { line, person, when } from './text.ts'

/** The one message of a hold, edited when it is released. */
export function holdCard({ id, by, reason, at, releasedBy, releasedAt }: Hold): Message {
  const name = `HOLD-${id}`
  const why = `*Reason:* ${line(reason, 600)}`
  if (releasedBy && releasedAt) {
    const text = `▶️ *Operations run again* (${name}): released by ${person(releasedBy)} ${when(releasedAt)}.\nHeld by ${person(by)} ${when(at)}. ${why}`
    return { text, blocks: [section(text)] }
  }
  const text = [
    `🛑 *All operations are held* (${name}) by ${person(by)} ${when(at)}.`,
    why,
    'Nothing new is executed, for anybody; what runs already ends. Plans can still be made and approved: they wait.',
  ].join('\n')
  const release = button({
    ...{ label: 'Release', action: 'operations.release', value: name },
    confirm: {
      title: 'Release all operations?',
      text: 'Whatever is approved and not expired runs next.',
      yes: 'Release',
    },
  })
  return { text, blocks: [section(text), actions(name, [release])] }
}
