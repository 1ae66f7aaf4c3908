import type { z } from 'zod'
import type { Incident } from '../../src/incidents/incident.ts'
import { IncidentName } from '../arguments.ts'
import { type Answer, type Command, defineCommand, type Gesture } from '../command.ts'
import type { Desk } from '../desk.ts'
import { which } from './which.ts'

/** A verb about one incident: `INC-7` may come first, and is found out when it is left out. */
interface Verb<S extends z.ZodObject> extends Omit<Command, 'args' | 'run' | 'leading'> {
  /** What follows the incident. */
  usage: string
  args: S
  /** So many incidents that are over are offered, too, when somebody has to pick one. */
  past?: number
  /** It is about one that is over. */
  over?: boolean
  run(args: z.output<S>, incident: Incident, gesture: Gesture, desk: Desk): Promise<Answer>
}

export function defineVerb<S extends z.ZodObject>({ args, past = 0, over = false, run, ...verb }: Verb<S>): Command {
  return defineCommand({
    ...verb,
    usage: ['[INC-n]', verb.usage].filter(Boolean).join(' '),
    // Where no other word is expected, whatever stands there was meant as one.
    leading: { name: 'incident', pattern: verb.positionals.length === 0 ? /./ : /^INC-/i },
    args: args.extend({ incident: IncidentName.optional() }),
    async run({ incident, ...rest }, gesture, desk, typed) {
      const named = incident as number | undefined
      const line = (name: string) => `incident ${verb.name} ${name} ${typed}`.trim()
      const found = await which(named, gesture, desk, line, { past, over })
      return 'answer' in found ? found.answer : await run(rest as z.output<S>, found.incident, gesture, desk)
    },
  })
}
