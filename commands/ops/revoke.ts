import { z } from 'zod'
import { colleagueOf, type Person } from '../../src/identity/person.ts'
import { line, prose } from '../../templates/text.ts'
import { Mention, Words } from '../arguments.ts'
import { type Answer, defineCommand, type Gesture, refuse, say } from '../command.ts'
import type { Desk } from '../desk.ts'

export const revoke = defineCommand({
  name: 'revoke',
  right: 'revoke',
  aliases: [],
  usage: '<@person> <reason>',
  summary: 'Take all rights from somebody at once; their approvals count no more',
  examples: ['revoke @bob his phone was stolen'],
  positionals: ['person', 'reason'],
  rest: true,
  decides: true,
  flags: [],
  args: z.strictObject({ person: Mention, reason: Words }),
  run: ({ person, reason }, gesture, desk) =>
    onPerson(person, gesture, desk, async (whom) => {
      const result = await desk.engine.revoke(gesture, { whom, reason })
      if (result.kind === 'refused') return refuse(`Nothing was revoked: ${prose(result.reason, 800)}.`)
      return say(`${line(whom.name, 80)} has no rights any more, and what they asked for is withdrawn.`)
    }),
})

export const reinstate = defineCommand({
  name: 'reinstate',
  right: 'revoke',
  aliases: [],
  usage: '<@person>',
  summary: 'Give somebody their rights back',
  examples: ['reinstate @bob'],
  positionals: ['person'],
  decides: true,
  flags: [],
  args: z.strictObject({ person: Mention }),
  run: ({ person }, gesture, desk) =>
    onPerson(person, gesture, desk, async (whom) => {
      const result = await desk.engine.reinstate(gesture, whom)
      if (result.kind === 'refused') return refuse(`Nothing changed: ${prose(result.reason, 800)}.`)
      return say(`${line(whom.name, 80)} has the rights again that the configuration gives them.`)
    }),
})

/** Does something about somebody whom a command names. */
export async function onPerson(
  user: string,
  { person }: Gesture,
  { engine }: Desk,
  act: (whom: Person) => Promise<Answer>,
): Promise<Answer> {
  const whom = await engine.whose(colleagueOf(person.id, user))
  if ('kind' in whom) return refuse(`Nothing was done: ${prose(whom.reason, 800)}.`)
  if (whom.standing === 'unknown') return refuse(`Nothing was done: Slack knows nobody with the id \`${user}\`.`)
  return await act(whom)
}
