import { z } from 'zod'
import { prose } from '../../templates/text.ts'
import { tokenIssued, tokenList } from '../../templates/tokens.ts'
import { Mention, wholeNumber } from '../arguments.ts'
import { type Answer, defineCommand, type Gesture, refuse, say } from '../command.ts'
import type { Desk } from '../desk.ts'

const DAYS = 30
/** The table holds it too. */
const MOST_DAYS = 90

export const token = defineCommand({
  name: 'token',
  aliases: ['tokens'],
  usage: '<@person> [--days 30] | list | revoke <number>',
  summary: 'Issue, list and revoke tokens for the command line, for the hour in which Slack is down',
  examples: ['token @bob --days 30', 'token list', 'token revoke 4'],
  positionals: ['who', 'number'],
  flags: ['days'],
  args: z
    .strictObject({
      who: z.union(
        [z.literal(['list', 'revoke']), Mention],
        'must be a mention (@bob), a member id (U0123BOB), `list` or `revoke`',
      ),
      number: wholeNumber(1, 2 ** 31 - 1).optional(),
      days: wholeNumber(1, MOST_DAYS).optional(),
    })
    .superRefine(({ who, number, days }, { addIssue }) => {
      const issuing = who !== 'list' && who !== 'revoke'
      const wrong = (path: string, message: string) => addIssue({ code: 'custom', path: [path], message })
      if (who === 'revoke' && number === undefined) wrong('number', 'is missing')
      if (who !== 'revoke' && number !== undefined) wrong('number', 'must follow `revoke`')
      if (!issuing && days !== undefined) wrong('days', 'must go with a person')
    }),

  async run({ who, number, days = DAYS }, gesture, desk) {
    if (who === 'list') return say(tokenList(await desk.tokens.list(gesture.person), desk.names.ops))
    if (who === 'revoke') return await revoke(number as number, gesture, desk)
    const issued = await desk.tokens.issue(gesture, { user: who, days })
    if (issued.kind === 'refused') return refuse(`No token was issued: ${prose(issued.reason, 800)}.`)
    return say(tokenIssued(issued.token, issued.secret, desk.names.ops))
  },
})

async function revoke(id: number, gesture: Gesture, { tokens }: Desk): Promise<Answer> {
  const result = await tokens.revoke(gesture, id)
  if (result.kind === 'refused') return refuse(`Nothing changed: ${prose(result.reason, 800)}.`)
  return say(`*Token ${id}* is revoked: it opens nothing any more.`)
}
