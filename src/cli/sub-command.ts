import type { Client } from './client.ts'
import type { Exit } from './error.ts'

/** What a sub-command works with. */
export interface Terminal {
  /** What `--json` and `--wait` asked for; they may stand anywhere in the line. */
  options: { json: boolean; wait: boolean }
  /** The bot, of which only remote sub-commands ask: FIREBREAK_URL and a token must be set then. */
  client(): Client
  out(text: string): void
  err(text: string): void
}

/** `firebreak NAME …`. */
export interface SubCommand {
  name: string
  usage: string
  summary: string
  run(args: string[], terminal: Terminal): Promise<Exit>
}
