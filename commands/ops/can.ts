import { z } from 'zod'
import type { Value } from '../../src/operations/operation.ts'
import { explanation } from '../../templates/explanation.ts'
import { badArguments } from '../../templates/help.ts'
import { inline, prose } from '../../templates/text.ts'
import { Mention } from '../arguments.ts'
import { defineCommand, refuse, say } from '../command.ts'
import { nearestOf, parse } from '../grammar.ts'
import { onPerson } from './revoke.ts'
import { COMMON, whereTo } from './run.ts'

export const can = defineCommand({
  name: 'can',
  aliases: ['explain'],
  usage: '<operation> <arguments> [--for @person]',
  summary: 'Say what would happen, and which line of the policy says so; nothing is planned',
  examples: ['can scale checkout 0'],
  positionals: ['operation'],
  raw: true,
  flags: ['for'],
  args: z.strictObject({ line: z.string() }),

  async run({ line }, gesture, desk) {
    const [, name = '', rest = ''] = /^\s*(\S*)\s*([\s\S]*)$/.exec(line) ?? []
    const operation = desk.operations.find((o) => o.name === name.toLowerCase())
    if (!operation) {
      const known = desk.operations.map((o) => o.name)
      const nearest = nearestOf(name, known)
      const hint = nearest ? `Did you mean ${inline(nearest)}?` : `There is ${known.map((n) => inline(n)).join(', ')}.`
      return refuse(`There is no operation ${inline(name || '(none)', 80)}. ${hint}`)
    }
    const parsed = parse(operation, rest, [...COMMON, 'for'])
    const bad = (problem: string) =>
      refuse(badArguments({ command: `${desk.names.ops} can`, verb: operation, problem, service: null }))
    if ('problem' in parsed) return bad(parsed.problem)
    const { for: whose, env, incident } = parsed.common
    const user = Mention.safeParse(whose ?? gesture.person.user)
    if (!user.success) return bad(`--for ${user.error.issues[0]?.message}`)
    const where = await whereTo(incident, `can ${line}`, gesture, desk)
    if ('answer' in where) return where.answer
    const args = parsed.args as Record<string, Value> & { service: string }
    return await onPerson(user.data, gesture, desk, async (person) => {
      const asked = {
        person,
        by: gesture,
        incident: where.incident,
        operation,
        args,
        ...(env !== undefined && { environment: env }),
      }
      const explained = await desk.engine.explain(asked)
      if (explained.kind === 'refused') return refuse(`It can’t be told: ${prose(explained.reason, 800)}.`)
      return say(explanation(`${operation.name} ${rest}`.trim(), explained))
    })
  },
})
