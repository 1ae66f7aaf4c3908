import { inspect } from 'node:util'
import pino from 'pino'
import { loadEnvironment } from './config/environment.ts'
import { loadConfig } from './config/load.ts'
import { ConfigError } from './config/problems.ts'
import { endWith } from './end.ts'
import { type Firebreak, startFirebreak } from './firebreak.ts'
import { openLog } from './log.ts'
import { createRedactor } from './redaction/redactor.ts'

/** Exit codes: 0 stopped cleanly, 2 the configuration can't be used, 1 the rest. */
const STOPPED = 0
const CONFIGURATION = 2
const FAILURE = 1
/** A signal is obeyed within 10 s, whatever hangs. */
const STOP_WITHIN_MS = 9_500

/** Knows what secrets look like, and from the environment on the process's own. */
const redact = createRedactor({ emails: false, patterns: [], secrets: [] })
const complain = (error: Error & { code?: string }) =>
  console.error(redact.text(error.code ? error.message : inspect(error)))

const starting = new AbortController()
let running: Firebreak | null = null
let stopping = false

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop())
process.on('SIGHUP', () => void running?.reload())

async function stop(code = STOPPED) {
  if (stopping) return
  stopping = true
  process.exitCode = code
  starting.abort()
  setTimeout(() => process.exit(FAILURE), STOP_WITHIN_MS).unref()
  if (!running) return // main() sees the abort
  try {
    await running.stop()
    endWith(code)
  } catch (error) {
    complain(error as Error)
    endWith(FAILURE)
  }
}

async function main() {
  const environment = loadEnvironment(process.env)
  redact.learn({ secrets: environment.secrets })
  const log = openLog(environment.logLevel, redact, pino.destination({ sync: true }))
  for (const event of ['unhandledRejection', 'uncaughtException']) {
    process.on(event, (error: unknown) => {
      log.fatal({ err: error }, 'An error that nobody handled; stopping')
      void stop(FAILURE)
    })
  }
  const config = await loadConfig(environment.configPath, process.env)
  running = await startFirebreak({ environment, config, log, redact, signal: starting.signal })
  if (starting.signal.aborted) {
    await running.stop()
    endAsTold()
  }
}

/** With what the signal, or the error, that came while it started has set. */
const endAsTold = () => endWith(Number(process.exitCode))

main().catch((error: Error & { code?: string }) => {
  if (starting.signal.aborted) return endAsTold()
  if (error instanceof ConfigError) {
    // Names keys and variables, and never holds what they are set to.
    console.error(`The configuration can't be used:\n${error.message}`)
    return endWith(CONFIGURATION)
  }
  complain(error)
  endWith(FAILURE)
})
