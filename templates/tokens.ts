import type { Token } from '../src/identity/tokens.ts'
import { code, inline, person, when, within } from './text.ts'

/** Slack recommends no longer text. */
const TEXT = 4_000

/** The one time that the secret is shown. `command`: what `/ops` is called where this is read. */
export function tokenIssued({ id, person: holder, expiresAt }: Token, secret: string, command: string): string {
  return [
    `*Token ${id}* for ${person(holder)}, until ${when(expiresAt)}. It is shown this once, to you alone, and kept nowhere:`,
    code(secret, 200),
    `Hand it over where nobody else reads along: a shared vault, or face to face; not in a channel. It goes into \`FIREBREAK_TOKEN\`, or into a file of theirs that \`FIREBREAK_TOKEN_FILE\` names. Whoever has it acts as ${person(holder)}.`,
    `Lost, or seen by somebody else: ${inline(`${command} token revoke ${id}`)}, and issue another.`,
  ].join('\n')
}

/** Those that work, never the secrets. */
export function tokenList(tokens: Token[], command: string): string {
  if (tokens.length === 0) return `No token works now. ${inline(`${command} help token`)} tells how to issue one.`
  return within(
    [
      `*Tokens of the command line (${tokens.length})*`,
      ...tokens.map(
        ({ id, person: holder, issuedBy, expiresAt, usedAt }) =>
          `• *${id}* ${person(holder)}, until ${when(expiresAt)}, ${usedAt ? `last used ${when(usedAt)}` : 'never used'}, issued by ${person(issuedBy)}`,
      ),
      `${inline(`${command} token revoke NUMBER`)} takes one back.`,
    ],
    TEXT,
  )
}
