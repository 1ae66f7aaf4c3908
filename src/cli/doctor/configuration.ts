import { ConfigError } from '../../config/problems.ts'
import { summary } from '../config.ts'
import { type Checks, right, wrong } from './check.ts'

/** Every mistake at once, as `config check` and the bot's start tell them. */
export const configuration: Checks = ({ environment, problems, config }) => [
  {
    about: 'environment',
    async look() {
      const mistakes = problems.filter(({ file }) => file === null)
      if (mistakes.length > 0) return mistakes.map((mistake) => wrong(new ConfigError([mistake]).message))
      const delivery = environment.slack.delivery?.mode === 'socket' ? 'Socket Mode' : 'signed HTTP'
      return [right(`${delivery}, ${environment.database ? 'a Postgres of yours' : 'the embedded Postgres'}`)]
    },
  },
  {
    about: 'configuration',
    async look() {
      if (config) return [right(`${environment.configPath}: ${summary(config)}`)]
      const mistakes = problems.filter(({ file }) => file !== null)
      return mistakes.map((mistake) => wrong(new ConfigError([mistake]).message))
    },
  },
]
