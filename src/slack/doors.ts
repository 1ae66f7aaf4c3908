import type { Answer, Gesture } from '../../commands/command.ts'
import type { ShortcutId, ShortcutMessage } from '../../commands/shortcuts.ts'

/** What the edge calls: commands/index.ts with its desk. Bad input is an answer; what is thrown is a failure. */
export interface Doors {
  /** What was typed after `/incident` or `/ops`. */
  runLine(root: 'incident' | 'ops', text: string, gesture: Gesture): Promise<Answer>
  /** What was typed after `@firebreak`. */
  runMention(text: string, gesture: Gesture): Promise<Answer>
  /** `message`: the one that it was used on, if it is for messages. */
  shortcut(id: ShortcutId, message: ShortcutMessage | null, gesture: Gesture): Promise<Answer>
  press(action: { id: string; value: string }, gesture: Gesture): Promise<Answer>
  submit(modal: SubmittedModal, gesture: Gesture): Promise<Submitted>
  actionIds: readonly string[]
  callbackIds: readonly string[]
}

export interface SubmittedModal {
  callbackId: string
  /** By block_id. */
  values: Record<string, string | null>
  metadata: string
}

/** Errors, by block_id, keep the modal open. */
export type Submitted = { errors: Record<string, string> } | Answer
