import { context } from './blocks.ts'
import type { Message } from './message.ts'

/** Stands below a message, out of the way: whoever has a timeline later can compare its hash with this one. */
export function withSignature(
  { text, blocks }: Message,
  head: { seq: number; hash: string; key: string } | null,
): Message {
  if (!head) return { text, ...(blocks && { blocks }) }
  const signed = `🔏 Timeline signed up to entry ${head.seq} · ${head.hash.slice(0, 16)} · key ${head.key.slice(0, 8)}`
  return { text: `${text}\n${signed}`, ...(blocks && { blocks: [...blocks, context(signed)] }) }
}
