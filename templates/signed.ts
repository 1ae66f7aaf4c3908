import { context } from './blocks.ts'
import type { Message } from './message.ts'

/** Stands in the thread, out of the way: whoever has a timeline later can compare its hash with this one. */
export function signedReply({ seq, hash, key }: { seq: number; hash: string; key: string }): Message {
  const text = `🔏 Timeline signed up to entry ${seq} · ${hash.slice(0, 16)} · key ${key.slice(0, 8)}`
  return { text, blocks: [context(text)] }
}
