import pTimeout from 'p-timeout'
import { readEnvironment } from '../../config/environment.ts'
import { createRedactor } from '../../redaction/redactor.ts'
import { load } from '../config.ts'
import { channelsAndGroups } from './channels.ts'
import { type Check, type Checks, type Finding, type Situation, wrong } from './check.ts'
import { configuration } from './configuration.ts'
import { database } from './database.ts'
import { redis } from './redis.ts'
import { runningBot } from './running-bot.ts'
import { signingKey } from './signing-key.ts'
import { openSlack, slackApp } from './slack.ts'
import { targets } from './targets.ts'

export type Told = Finding & { about: string }

/** In the order in which they are told. */
const CHECKS: Checks[] = [
  ...[configuration, slackApp, channelsAndGroups, database, redis, targets],
  ...[signingKey, runningBot],
]

/** Longer than any single time-out in here; a large company's channels come in many pages. */
const CHECK_MS = 30_000

/** Looks at everything at once, and tells what was found, in order and without any secret. Changes nothing anywhere. */
export async function* examine(env: Record<string, string | undefined>): AsyncGenerator<Told> {
  const situation = await situationOf(env)
  const redact = createRedactor({ emails: false, patterns: [], secrets: situation.environment.secrets })
  const looking = CHECKS.flatMap((checks) => checks(situation)).map((check) => ({ check, findings: look(check) }))
  for (const { check, findings } of looking) {
    for (const { mark, text } of await findings) yield { mark, about: check.about, text: redact.text(text) }
  }
}

async function situationOf(env: Record<string, string | undefined>): Promise<Situation> {
  const { usable: environment, problems } = readEnvironment(env)
  const { config, problems: mistakes } = await load(environment.configPath, env)
  const { botToken, apiUrl } = environment.slack
  const channels = config ? [config.slack.incidentsChannel, config.slack.alertsChannel] : []
  return {
    ...{ environment, config, problems: [...problems, ...mistakes] },
    slack: botToken ? openSlack(botToken, apiUrl, channels) : null,
    bot: env.FIREBREAK_URL || null,
  }
}

/** Begins at once. One that fails hides no other. */
async function look(check: Check): Promise<Finding[]> {
  try {
    return await pTimeout(check.look(), { milliseconds: CHECK_MS, message: `no answer within ${CHECK_MS / 1000} s` })
  } catch (error) {
    return [wrong((error as Error).message)]
  }
}
