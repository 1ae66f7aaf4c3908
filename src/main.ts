import pino from 'pino'
import { loadEnvironment } from './config/environment.ts'
import { loadConfig } from './config/load.ts'
import { ConfigError } from './config/problems.ts'
import { type Firebreak, startFirebreak } from './firebreak.ts'

/** Exit codes: 0 stopped cleanly, 2 the configuration can't be used, 1 the rest. */
const CONFIGURATION = 2
const FAILURE = 1
/** A signal is obeyed within 10 s, whatever hangs. */
const STOP_WITHIN_MS = 9_500

const starting = new AbortController()
let running: Firebreak | null = null
let stopping = false

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop())

async function stop(code = 0) {
  if (stopping) return
  stopping = true
  process.exitCode = code
  starting.abort()
  setTimeout(() => process.exit(FAILURE), STOP_WITHIN_MS).unref()
  if (!running) return // main() sees the abort
  try {
    await running.stop()
    process.exit()
  } catch (error) {
    console.error(error)
    process.exit(FAILURE)
  }
}

async function main() {
  const environment = loadEnvironment(process.env)
  const log = pino({ level: environment.logLevel, redact: ['*.token', '*.headers.authorization'] })
  for (const event of ['unhandledRejection', 'uncaughtException']) {
    process.on(event, (error: unknown) => {
      log.fatal({ err: error }, 'An error that nobody handled; stopping')
      void stop(FAILURE)
    })
  }
  const config = await loadConfig(environment.configPath, process.env)
  running = await startFirebreak({ environment, config, log, signal: starting.signal })
  if (starting.signal.aborted) {
    await running.stop()
    process.exit()
  }
}

main().catch((error: Error & { code?: string }) => {
  if (starting.signal.aborted) process.exit()
  if (error instanceof ConfigError) {
    console.error(`The configuration can't be used:\n${error.message}`)
    process.exit(CONFIGURATION)
  }
  console.error(error.code ? error.message : error)
  process.exit(FAILURE)
})
