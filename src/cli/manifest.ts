import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { nearestOf } from '../../commands/grammar.ts'
import { loadConfig } from '../config/load.ts'
import { ConfigError } from '../config/problems.ts'
import { SCOPES } from '../slack/scopes.ts'
import { EXIT, wrongUsage } from './error.ts'
import { type App, manifestOf } from './manifest-of.ts'
import type { SubCommand } from './sub-command.ts'

const USAGE = 'manifest [--mode socket | --mode http --url https://…] [--without optional|SCOPE …]'
const MANIFEST = join(import.meta.dirname, '../../manifest.yml')

/** The Slack app for this configuration, to be pasted into Slack's app settings. Asks nobody. */
export const manifest: SubCommand = {
  name: 'manifest',
  usage: USAGE,
  summary: 'the Slack app’s manifest, with the command names of firebreak.yml',
  async run(args, { out, err }) {
    const { mode, url, without } = optionsOf(args)
    const app: App = {
      eventsUrl: eventsUrlOf(mode, url),
      without: without.flatMap(scopesOf),
      names: await namesOf(err),
    }
    out(manifestOf(await readFile(MANIFEST, 'utf8'), app).trimEnd())
    return EXIT.done
  },
}

function optionsOf(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        mode: { type: 'string', default: 'socket' },
        url: { type: 'string' },
        without: { type: 'string', multiple: true, default: [] },
      },
    })
    return values
  } catch (cause) {
    throw wrongUsage(`${(cause as Error).message}. Usage: firebreak ${USAGE}`, { cause })
  }
}

/** Where Slack sends everything to; null in Socket Mode. */
function eventsUrlOf(mode: string, address: string | undefined): string | null {
  if (mode === 'socket' && address === undefined) return null
  if (mode === 'socket') throw wrongUsage('--url is for --mode http: in Socket Mode Slack needs no address of the bot')
  if (mode !== 'http') throw wrongUsage(`--mode is socket or http, not “${mode}”`)
  const url = URL.parse(address ?? '')
  if (url?.protocol !== 'https:' || url.username || url.search || url.hash) {
    const wrong = address === undefined ? '--url is missing' : `“${address}” can’t be --url`
    throw wrongUsage(`${wrong}: it is where Slack reaches the bot, such as https://firebreak.example.com`)
  }
  return `${url.href.replace(/\/(slack\/events\/?)?$/, '')}/slack/events`
}

/** `optional` is all that may be refused. */
function scopesOf(word: string): string[] {
  const optional = SCOPES.flatMap((scope) => (scope.optional ? [scope.name] : []))
  if (word === 'optional') return optional
  const scope = SCOPES.find(({ name }) => name === word)
  if (scope?.optional) return [word]
  if (scope) throw wrongUsage(`The bot can’t do without ${word}: ${scope.loss}. Optional are ${optional.join(', ')}`)
  const nearest = nearestOf(word, optional)
  throw wrongUsage(
    `“${word}” is not asked for. ${nearest ? `Did you mean ${nearest}?` : `Optional are ${optional.join(', ')}`}`,
  )
}

/** What the slash commands are called in firebreak.yml. The app may be made before there is one. */
async function namesOf(err: (text: string) => void): Promise<App['names']> {
  const file = process.env.FIREBREAK_CONFIG || 'firebreak.yml'
  if (!process.env.FIREBREAK_CONFIG && !existsSync(file)) {
    err(`There is no ${file} here: the commands have their usual names. FIREBREAK_CONFIG names another one.`)
    return {}
  }
  try {
    return (await loadConfig(file, process.env)).slack.commands
  } catch (error) {
    if (error instanceof ConfigError) throw wrongUsage(error.message, { cause: error })
    throw error
  }
}
