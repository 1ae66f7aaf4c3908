import { parseArgs } from 'node:util'
import { quote } from '../../commands/grammar.ts'
import { wrongUsage } from './error.ts'
import { runLine } from './speak.ts'
import type { SubCommand } from './sub-command.ts'

const USAGE = 'policy explain --operation NAME [--args "ARGUMENTS"] [--user ID]'

/** What would happen, and which line of the policy says so: `/ops can`, by the names that scripts like better. */
export const policy: SubCommand = {
  name: 'policy',
  usage: USAGE,
  summary:
    'whether somebody may do something, and which line says so: --user U0BOB --operation scale --args "checkout 0"',
  async run([verb, ...args], terminal) {
    if (verb !== 'explain') throw wrongUsage(`Usage: firebreak ${USAGE}`)
    const { operation, args: rest = '', user } = optionsOf(args)
    if (operation === undefined) throw wrongUsage(`--operation is missing. Usage: firebreak ${USAGE}`)
    const line = ['ops can', quote(operation), rest, ...(user === undefined ? [] : ['--for', quote(user)])]
    return await runLine(line.filter(Boolean).join(' '), terminal)
  },
}

function optionsOf(args: string[]) {
  try {
    const text = { type: 'string' } as const
    return parseArgs({ args, options: { operation: text, args: text, user: text } }).values
  } catch (cause) {
    throw wrongUsage(`${(cause as Error).message}. Usage: firebreak ${USAGE}`, { cause })
  }
}
