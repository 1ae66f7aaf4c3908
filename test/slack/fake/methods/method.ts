import type { Files } from '../files.ts'
import { Misuse } from '../refusal.ts'
import type { Triggers } from '../triggers.ts'
import type { Json } from '../types.ts'
import type { Workspace } from '../workspace.ts'

export interface Slack {
  workspace: Workspace
  triggers: Triggers
  files: Files
  /** The WebSocket address for a new connection. */
  socketUrl: () => string
  /** The bot's scopes; every one unless a test names them. */
  scopes?: readonly string[] | undefined
}

/** Runs one Web API method: its result without `ok`, or a thrown Refusal. */
export type Method = (args: Json, slack: Slack) => Json

/** The arguments that must be there, as strings. */
export function required<K extends string>(args: Json, ...names: K[]): Record<K, string> {
  const missing = names.filter((name) => typeof args[name] !== 'string' || args[name] === '')
  if (missing.length > 0)
    throw new Misuse(
      'invalid_arguments',
      missing.map((name) => `[ERROR] missing required field: ${name}`),
    )
  return args as Record<K, string>
}

/** One page of a list, with the cursor of the next. */
export function page<T>(items: T[], args: Json, most = 1000): { items: T[]; more: boolean; next_cursor: string } {
  const limit = Math.min(Number(args.limit ?? 100) || 100, most)
  const from = args.cursor ? Number(Buffer.from(String(args.cursor), 'base64').toString()) : 0
  const more = from + limit < items.length
  return {
    items: items.slice(from, from + limit),
    more,
    next_cursor: more ? Buffer.from(String(from + limit)).toString('base64') : '',
  }
}
