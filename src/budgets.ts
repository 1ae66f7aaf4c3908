import type { Config } from './config/config.ts'
import type { Environment } from './config/environment.ts'
import { createLimits } from './limits/limits.ts'
import { budgetOf, type Rate, type Rates } from './slack/projection/pace.ts'
import type { Log } from './storage/log.ts'

/** Far more than a person types, or a script that waits for a change asks. */
const API = { points: 120, seconds: 60 }

/** From one address, with tokens that let nobody in: far more than a mistake sends, and nothing to somebody who guesses. */
const STRANGERS = { points: 60, seconds: 60 }

/** What is seen in App Home. Slack takes 100 and more a minute; forms, which are views too, shall always find room. */
const HOMES: Rate = { perSecond: 1, burst: 30 }

export const ratesOf = ({ slack: { pacing } }: Config): Rates & { homes: Rate } => ({
  homes: HOMES,
  posts: { perSecond: pacing.postsPerSecond, burst: pacing.burst },
  edits: { perSecond: pacing.editsPerMinute / 60, burst: pacing.editsPerMinute },
})

/** Everything that is budgeted: what Slack takes, what people send, what the command line asks. */
export function openLimits({
  environment,
  config,
  owner,
  log,
  metrics,
}: {
  environment: Environment
  config: Config
  /** Whose budgets they are; null until Slack has told. */
  owner(): { team: string; user: string } | null
  log: Log
  metrics: Parameters<typeof createLimits>[0]['metrics']
}) {
  if (environment.redisUrl === null && environment.database) {
    log.info({}, 'There is no REDIS_URL: each replica keeps to limits of its own. With two replicas or more, set it')
  }
  const { posts, edits, homes } = ratesOf(config)
  const person = { points: config.slack.limits.gesturesPerMinute, seconds: 60 }
  return createLimits({
    redisUrl: environment.redisUrl,
    budgets: {
      ...{ posts: budgetOf(posts), edits: budgetOf(edits), homes: budgetOf(homes) },
      ...{ gestures: person, decisions: person },
      ...{ requests: API, strangers: STRANGERS },
    },
    owner() {
      const { team, user } = owner() ?? { team: 'unknown', user: 'unknown' }
      return `${team}/${user}`
    },
    ...{ log, metrics },
  })
}
