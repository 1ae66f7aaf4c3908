import { type Logger, LogLevel } from '@slack/bolt'
import type { Log } from '../storage/log.ts'

/**
 * Bolt's, Socket Mode's and the Web API's log lines, in ours. Their debug lines are left out at every level: they hold
 * whole payloads, which is what people wrote to each other. What is secret in the others, the log's destination redacts.
 */
export function boltLogger(log: Log): Logger {
  const at =
    (level: 'info' | 'warn' | 'error') =>
    (...parts: unknown[]) => {
      const err = parts.find((part) => part instanceof Error)
      const words = parts.filter((part) => part !== err).map(String)
      log[level](err ? { err } : {}, words.join(' ') || 'Slack library error')
    }
  return {
    debug: () => {},
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    getLevel: () => LogLevel.INFO,
    // Bolt sets its own default here; LOG_LEVEL decides.
    setLevel: () => {},
    setName: () => {},
  }
}
