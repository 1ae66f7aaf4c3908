import { checkPolicy } from '../check-policy.ts'
import type { Config } from '../config/config.ts'
import { jsonSchema } from '../config/json-schema.ts'
import { loadConfig } from '../config/load.ts'
import { ConfigError, type Problem } from '../config/problems.ts'
import { EXIT, type Exit, wrongUsage } from './error.ts'
import type { SubCommand, Terminal } from './sub-command.ts'

const USAGE = 'config check [FILE] | config schema'

/** Whether the bot would take a configuration, before it has to: in an editor, or where changes are merged. */
export const config: SubCommand = {
  name: 'config',
  usage: USAGE,
  summary: 'everything that is wrong with firebreak.yml, each with its line; or the JSON schema of it, for editors',
  async run([verb, ...args], terminal) {
    if (verb === 'schema' && args.length === 0) {
      terminal.out(JSON.stringify(jsonSchema(), null, 2))
      return EXIT.done
    }
    if (verb === 'check' && args.length < 2) return await check(args[0], terminal)
    throw wrongUsage(`Usage: firebreak ${USAGE}`)
  },
}

/** Asks nobody: neither Slack nor the targets, whose credentials are not where a file is merged. */
async function check(
  file = process.env.FIREBREAK_CONFIG ?? 'firebreak.yml',
  { options, out, err }: Terminal,
): Promise<Exit> {
  const { config, problems } = await load(file, process.env)
  if (options.json) out(JSON.stringify({ ok: config !== null, problems }))
  else if (config) out(`${file}: no mistakes. ${summary(config)}`)
  else err(`${new ConfigError(problems).message}\n${count(problems.length, 'mistake')} in ${file}`)
  return config ? EXIT.done : EXIT.usage
}

/** The file with everything that is wrong with it. Asks nobody. */
export async function load(
  file: string,
  env: Record<string, string | undefined>,
): Promise<{ config: Config | null; problems: Problem[] }> {
  try {
    const config = await loadConfig(file, env)
    checkPolicy(config, file)
    return { config, problems: [] }
  } catch (error) {
    if (error instanceof ConfigError) return { config: null, problems: error.problems }
    throw error
  }
}

/** What it holds, in a line. */
export const summary = ({ services, targets, roles, policy }: Config): string =>
  [
    `${count(Object.keys(services).length, 'service')} on ${count(Object.keys(targets).length, 'target')}`,
    count(Object.keys(roles).length, 'role'),
    count(policy.length, 'policy line'),
  ].join(', ')

export const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`
