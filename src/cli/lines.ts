import { quote } from '../../commands/grammar.ts'
import { runLine } from './speak.ts'
import type { SubCommand } from './sub-command.ts'

/** What is typed after `/ops` and `/incident` in Slack: the bot reads it with the same grammar. */
export const ops: SubCommand = {
  name: 'ops',
  usage: 'ops …',
  summary: 'what /ops does in Slack: firebreak ops scale checkout 5; firebreak ops help',
  run: (args, terminal) => runLine(lineOf('ops', args), terminal),
}

export const incident: SubCommand = {
  name: 'incident',
  usage: 'incident …',
  summary: 'what /incident does in Slack: firebreak incident open P1 "Checkout times out"; firebreak incident help',
  run: (args, terminal) => runLine(lineOf('incident', args), terminal),
}

/** The words as the shell gave them, quoted so that the bot reads the same ones. */
const lineOf = (root: 'ops' | 'incident', args: string[]): string => [root, ...args.map(wordOf)].join(' ')

/** A flag stays one, also with its value behind a `=`. */
function wordOf(argument: string): string {
  const [, flag, value] = /^(--[a-z][a-z-]*)(?:=([\s\S]*))?$/.exec(argument) ?? []
  if (flag === undefined) return quote(argument)
  return value === undefined ? flag : `${flag}=${quote(value)}`
}
