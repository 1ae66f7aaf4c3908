import { cut } from '../../templates/text.ts'

/**
 * What Slack takes at most, in characters unless it says otherwise (docs.slack.dev, Block Kit reference).
 * `characters` is over all blocks of a message: undocumented, refused from about 13,200 on.
 */
export const LIMITS = {
  /** chat.update refuses more; chat.postMessage would cut only at 40,000. */
  message: 4_000,
  /** Blocks in a message. */
  blocks: 50,
  characters: 12_000,
  text: 3_000,
  section: { fields: 10, field: 2_000 },
  header: 150,
  context: 10,
  actions: 25,
  id: 255,
  button: { text: 75, value: 2_000, url: 3_000 },
  option: 75,
  options: 100,
  overflow: 5,
  radios: 10,
  placeholder: 150,
  input: { label: 2_000, hint: 2_000 },
  confirm: { title: 100, text: 300, button: 30 },
  image: { alt: 2_000, url: 3_000, title: 2_000 },
  /** Slack takes 3,000 characters of metadata; where the modal was opened (modals.ts) needs some of them. */
  modal: { blocks: 100, title: 24, button: 24, metadata: 2_400 },
} as const

/** Says that a limit was exceeded: which, how large, how large it may be. */
export type Note = (limit: string, found: number, most: number) => void

/** Slack refuses empty text as well. */
export function fitText(text: string, most: number, limit: string, note: Note): string {
  if (text.length > 0 && text.length <= most) return text
  note(limit, text.length, most)
  return text.length === 0 ? '–' : cut(text, most)
}
