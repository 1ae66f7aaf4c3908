import type { Config } from '../../config/config.ts'
import type { Usable } from '../../config/environment.ts'
import type { Problem } from '../../config/problems.ts'
import type { Slack } from './slack.ts'

/** What one look has found. `note`: nothing is wrong, or it can't be told from here. */
export interface Finding {
  mark: 'right' | 'wrong' | 'note'
  text: string
}

export const right = (text: string): Finding => ({ mark: 'right', text })
/** `text` says what is wrong and what would be right. */
export const wrong = (text: string): Finding => ({ mark: 'wrong', text })
export const note = (text: string): Finding => ({ mark: 'note', text })

/** What is not looked at because it would have to be named first. */
export const NOT_LOADED = note('not looked at: the configuration can’t be used')

/** What is looked at: all that can be used of the environment and of firebreak.yml. */
export interface Situation {
  environment: Usable
  /** What is wrong with both. */
  problems: Problem[]
  /** Null when it can't be used. */
  config: Config | null
  /** Null without a token that could be tried. */
  slack: Slack | null
  /** FIREBREAK_URL; null when it isn't set. */
  bot: string | null
}

/** One thing that is looked at. It changes nothing, ends by itself, and may throw: that is a finding as well. */
export interface Check {
  about: string
  look(): Promise<Finding[]>
}

export type Checks = (situation: Situation) => Check[]
