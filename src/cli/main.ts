#!/usr/bin/env node
import { inspect } from 'node:util'
import { nearestOf } from '../../commands/grammar.ts'
import { createClient } from './client.ts'
import { commands } from './commands.ts'
import { CliError, EXIT, type Exit, wrongUsage } from './error.ts'
import { readSettings } from './settings.ts'
import type { Terminal } from './sub-command.ts'
import { visible } from './visible.ts'

const OPTIONS = ['--json', '--wait']
const ALIASES: Record<string, string> = { '--help': 'help', '-h': 'help', '--version': 'version', '-V': 'version' }

async function main(argv: string[]): Promise<Exit> {
  const [typed = 'help', ...args] = argv.filter((argument) => !OPTIONS.includes(argument))
  const name = ALIASES[typed] ?? typed
  const command = commands.find((one) => one.name === name)
  if (!command) {
    const names = commands.map((one) => one.name)
    const nearest = nearestOf(name, names)
    const hint = nearest ? `Did you mean ${nearest}?` : `There is ${names.join(', ')}.`
    throw wrongUsage(`There is no “firebreak ${typed}”. ${hint}`)
  }
  const terminal: Terminal = {
    options: { json: argv.includes('--json'), wait: argv.includes('--wait') },
    client: () => createClient(readSettings(process.env)),
    out: (text) => void process.stdout.write(`${visible(text)}\n`),
    err: (text) => void process.stderr.write(`${visible(text)}\n`),
  }
  return await command.run(args, terminal)
}

// `firebreak … | head` may have read enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

main(process.argv.slice(2)).then(
  (exit) => {
    process.exitCode = exit
  },
  (error: Error) => {
    console.error(visible(error instanceof CliError ? error.message : inspect(error)))
    process.exitCode = error instanceof CliError ? error.exit : EXIT.failed
  },
)
